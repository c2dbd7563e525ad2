"""Words of reading and of writing in the names and descriptions of tools, in a dozen languages.

This is the one long list of words in the adapters: it decides what is never called, so it may know more than it needs.
Words are compared in lower case and without accents. Invariant: a word that may mean both is one of writing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tui_app.tickets.private_names import folded as plain_letters

_RUNS = re.compile(r"[^\W_\d]+|\d+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_PAIRS = frozenset(
    (
        ("work", "item"), ("work", "package"), ("user", "story"), ("user", "storie"), ("pull", "request"),
        ("merge", "request"), ("change", "request"), ("service", "request"),
    )
)  # fmt: skip
"""Two words that are one noun; the second may be a plural."""

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
"""Scripts in which words are not set apart, or carry endings without a space."""


@lru_cache(maxsize=4096)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded: ``getIssueByID`` is get, issue, by, id; ``work_items`` is workitems."""
    words: list[str] = []
    for run in _RUNS.findall(plain_letters(name)):
        for part in _humps(run):
            word = folded(part)
            if words and (words[-1], word.removesuffix("s")) in _PAIRS:
                words[-1] += word
            else:
                words.append(word)
    return tuple(words)


def _humps(run: str) -> Iterator[str]:
    """The parts of ``camelCase``; ``IDs`` stays one, ``JQLSearch`` is two."""
    begin = 0
    for at in range(1, len(run)):
        before, here, behind = run[at - 1], run[at], run[at + 1 : at + 2]
        if here.isupper() and (before.islower() or (before.isupper() and behind.islower() and behind != "s")):
            yield run[begin:at]
            begin = at
    yield run[begin:]


def folded(text: str) -> str:
    """``text`` in lower case and without accents: ``Löscht`` is ``loscht``."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))


def word_set(words: str) -> frozenset[str]:
    """The words of a table, folded."""
    return frozenset(folded(words).split())


READING = word_set(
    """
    list lists get gets search searches find finds query queries fetch fetches view views show shows read reads
    browse browses lookup filter filters retrieve retrieves load loads display displays describe describes inspect
    count counts see all ls return returns provides quicksearch details detail overview summary summarize board recall
    info enumerate explore preview whoami check checks obtain obtains scan access accesses dump index

    liste listen listet auflisten suche suchen sucht finde finden findet zeige zeigt zeigen anzeigen anzeige abrufen
    ruft hole holt holen lesen liest lies abfragen abfrage ansehen ubersicht uebersicht alle filtern liefert
    lister affiche afficher cherche chercher recherche rechercher trouve trouver obtenir obtient lire lit voir
    consulter consulte recuperer recupere renvoie retourne tous toutes filtrer
    lista listar listas buscar busca busqueda encontrar encuentra mostrar muestra obtener obtiene leer lee ver
    consultar recuperar devuelve todos todas filtrar
    pesquisar pesquisa procurar procura mostra exibir exibe obter obtem ler retorna encontra
    elenco elenca elencare cercare cerca ricerca trova trovare mostrare ottieni ottenere ottiene leggi legge leggere
    visualizza visualizzare vedi restituisce tutti tutte filtra
    lijst toon tonen toont zoek zoeken zoekt vind vinden bekijk bekijken lees haal ophalen
    szukaj wyszukaj znajdz pokaz pobierz czytaj wyswietl zwraca wszystkie
    список списки поиск искать ищет найти найди находит показать покажи показывает получить получи получает читать
    прочитать просмотр просмотреть посмотреть вывести выводит возвращает все фильтр
    пошук знайти показати отримати перегляд
    listele listeler ara arar bul bulur goster gosterir getir getirir oku goruntule tum filtrele
    daftar cari lihat tampilkan ambil baca semua tim xem lay doc sok visa hamta las hae nayta
    قائمة بحث البحث ابحث عرض اعرض جلب قراءة اقرأ
    सूची खोज खोजें दिखाएं देखें पढ़ें प्राप्त
    """
)
"""Words that say that a tool reads: verbs, and nouns for what is only looked at."""

_READING_STEMS = tuple(
    folded(
        """
        listaz keres megtekint lekerdez leker_ lekeres mutatja mutatas megjelenit olvas bongesz osszes
        listaa etsi_ etsii nayta nakyma lue_ luettelo selaa kaikki
        seznam zobraz hledej hledat vyhled najdi najit nacti nacist precti vypis zoznam hladaj hladat nacitaj
        listeaz cauta_ cautare afiseaz afisare gaseste gasire obtine_ citeste vizualiz
        λιστα αναζητ προβολ εμφανι ευρεσ αναγνωσ
        vis_ vise_ søg søk sog_ sok_ hent_ hente_ finn_ oversikt oversigt
        רשימ חיפוש חפש_ הצג_ הצגת קבל_ קריא
        فهرست جستجو نمایش دریافت خواندن
        popis prikaz pretra trazi_ dohvat списък търс покаж прегле извлич
        listele arama_ goruntule getir goster tampil lihat
        """
    ).split()
)
"""Beginnings of verbs and nouns of reading in languages that append to them; with ``_`` at its end: the whole word."""

READING_UNSPACED = word_set(
    """
    一覧 検索 取得 表示 閲覧 参照 照会 読み 絞り込 列出 列表 查询 查詢 搜索 搜尋 检索 檢索 获取 獲取 查找
    显示 顯示 查看 檢視 读取 讀取 浏览 瀏覽 返回 목록 검색 조회 보기 가져 읽기 찾기 표시
    รายการ ค้นหา แสดง เรียกดู อ่าน
    """
)

WRITING = word_set(
    """
    create creates add adds append insert update updates edit edits modify modifies patch put post delete deletes
    remove removes destroy destroys drop drops purge purges erase erases wipe wipes assign unassign reassign move
    transition merge approve unapprove reject archive archives unarchive restore complete finish claim take release
    reopen resolve unresolve close upsert save saves write writes overwrite overwrites replace replaces upload import
    sync push publish send sends submit submits reply respond notify notifies watch unwatch subscribe unsubscribe
    vote unvote rank bulk manage execute run apply trigger start stop pause resume cancel cancels abort rename renames
    copy clone duplicate convert split clear clears reset resets set unset mark unmark lock unlock pin unpin star
    unstar follow unfollow escalate acknowledge ack snooze mute promote demote grant revoke revokes enable enables
    disable disables toggle toggles invite register deregister login logout authenticate authorize install uninstall
    configure setup init initialize generate make build plan process expand rotate refresh schedule reschedule invoke
    accept decline attach detach link unlink log track comment note open change switch transfer migrate exec react
    checkout commit rebase fork deploy rollback revert undo redo request order enqueue dequeue queue batch kill empty
    truncate cleanup prune flush bump triage terminate terminates block unblock unblocks advance advances discard
    discards trash trashes eliminate eliminates expunge expunges nuke nukes shred shreds pop pops
    """
)
"""English verbs of tools that may change something, some of which are nouns or adjectives too."""

STRONG_WRITING = WRITING - word_set(
    """
    open change comment note link log track set release start run execute post plan order request queue batch copy
    duplicate split mark bulk process star lock schedule take move reply complete close assign publish rank import
    commit fork refresh generate make build resolve merge transition manage vote watch pin put drop drops empty index
    finish claim push send sends respond sync stop pause resume clone apply trigger switch react follow convert
    initialize init setup configure accept decline expand rotate promote bump patch clear reset undo redo cleanup triage
    block advance advances
    """
)
"""Those that are nothing else: anywhere in a name they mean that the tool may write."""

NOUNS_TOO = word_set("comment note link log track change request order release watch vote post")
"""Words of writing that name what is listed where a word of reading is in the name too: ``comment_list``."""

WHERE_TOO = word_set("archive trash")
"""Words of writing that name what is looked through where they end a name that began with reading."""

_STEMS = tuple(
    folded(
        """
        erstell anleg loschen loscht losche loesch entfern aktualisier aender aendert andern andert speicher schreib
        schliess hinzu zuweis verschieb bearbeit setze setzt archivier sende kommentier
        affecter_ affecte_ assigner_ assigne_
        supprim ajout modifi actualis ferme envoie envoy enregistr deplac effac archiv ecri retir creer
        cambiar_ cambia_ crie_ apague_
        crear crea_ cree_ elimin borra borre anad agreg actualiz modific edita asign cerrar cierra mover mueve envia
        guarda escrib quita criar cria_ exclui apaga adicion atualiz alterar altera_ atribu fechar salva_ salvar remov
        delet         cancell aggiung aggiorn assegn chiud sposta invia scriv rimuov
        maak maken_ toewijz verwijder voeg toevoeg wijzig bijwerk sluit verplaats opslaan schrijf
        utworz stworz tworz dodaj usun usuwa zmien edytuj zaktualiz zamknij przypisz przenies zapisz
        созда удал добав обнов измен изменя редакт назнач закры перемест отправ сохран запис очист архивир
        створ видал додат онов зміни збере
        olustur silin siler sil_ ekle guncelle duzenle kapat tasi_ kaydet gonder
        buat_ hapus menghapus tambah ubah perbarui simpan pindah kirim tutup skapa radera uppdatera andra_ lagg
        slet_ sletter poist xoa_
        letrehoz torol torles modosit frissit hozzaad hozzarendel bezaras lezaras bezar_ lezar_ athelyez mentes kuldes
        kuldj szerkeszt rogzit luo_ luonti paivita muokkaa lisaa_ sulje_ siirra tallenna laheta maarita
        vytvor smaz odstran uprav pridej pridat pridel_ prirad zavri_ uzavri_ presun uloz odesli zmenit
        creeaz sterge stergere adauga_ adaugare inchide_ inchidere trimite_ atribuie
        δημιουργ διαγραφ διαγραψ ενημερω επεξεργ προσθ κλεισ μετακιν αποθηκ αναθε αποστολ
        opret_ opprett_ opdater oppdater rediger tilføj legg_ luk_ lukk_ flytt_ gem_ lagre_ tildel
        יציר צור_ מחק_ מחיק עדכן_ עדכון הוסף_ הוספ ערוך_ עריכ סגור_ סגיר העבר שמור_ שלח_
        ایجاد حذف ویرایش افزودن تغییر بستن ارسال ذخیره
        kreiraj stvori obrisi izbrisi azurir izmijen dodijel zatvor premjest spremi_ posalji
        създа изтри редакт добав промен затвор премест изпрат запаз назнач
        إنشاء أنشئ حذف احذف يحذف تحديث حدث إضافة أضف تعديل عدل تعيين إغلاق أغلق نقل حفظ
        बनाएं हटा अपडेट जोड़ें बदलें संपादित
        """
    ).split()
)
"""Beginnings of verbs of writing in other languages; with ``_`` at its end: the whole word."""

_PARTICIPLE = re.compile(
    r"[ai]d[oa]s?|[aiu]t[oai]|i?(?:ee?s|ee)|e?te[nrs]?|е?нн\w{1,3}|т(?:ы[йех]|ого|ой|ая)|(?:an|on|iet)(?:[aey]|ych|ego|ej)"
)
"""What makes a verb of these a word for what was done: ``asignados``, ``erstellten``, ``назначенные``."""

WRITING_UNSPACED = word_set(
    """
    ลบ สร้าง แก้ไข เพิ่ม 閉じ
    作成 削除 更新 追加 編集 変更 割り当て 登録 移動 送信 保存 创建 創建 新建 删除 刪除 修改 添加 增加 新增
    编辑 編輯 分配 指派 关闭 關閉 移动 移動 发送 移除 建立 提交 设置 生成 생성 삭제 수정 추가 변경 편집
    업데이트 할당 닫기 이동 저장 전송 작성 등록
    """
)


def is_unspaced(word: str) -> bool:
    """Whether ``word`` is of a script that does not set words apart."""
    return bool(_UNSPACED.search(word))


def means_reading(word: str) -> bool:
    """Whether a word of a name, folded, is one of reading."""
    if is_unspaced(word):
        return any(part in word for part in READING_UNSPACED)
    return word in READING or _reads_elsewhere(word)


@lru_cache(maxsize=4096)
def _reads_elsewhere(word: str) -> bool:
    """Whether ``word``, folded, begins with a word of reading in a language that appends to it."""
    return any(_begins(word, stem) for stem in _READING_STEMS) and not writes_elsewhere(word)


def _begins(word: str, stem: str) -> bool:
    return word == stem[:-1] if stem[-1] == "_" else word.startswith(stem)


def means_writing(word: str) -> bool:
    """Whether a word of a name, folded, may be one of writing."""
    return word in WRITING or writes_elsewhere(word)


@lru_cache(maxsize=4096)
def writes_elsewhere(word: str) -> bool:
    """Whether ``word``, folded, is one of writing in another language than English."""
    if is_unspaced(word):
        return any(part in word for part in WRITING_UNSPACED)
    if word in READING or (word.isascii() and word.endswith("ed")):  # an English participle tells of what was
        return False
    return any(
        _begins(word, stem) and (stem[-1] == "_" or not _PARTICIPLE.fullmatch(word, len(stem))) for stem in _STEMS
    )


def first_of(words: Iterable[str], text: str) -> int:
    """Where the first of ``words`` begins in ``text``; beyond its end where there is none."""
    return min((at for word in words if (at := text.find(word)) >= 0), default=len(text) + 1)
