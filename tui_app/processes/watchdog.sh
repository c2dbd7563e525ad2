# The watchdog itself, a program of its own: ends process families when the pipe from its owner closes.
#
# Reads lines `+ PID MARK` and `- PID` from standard input. A family is the process PID, its process group, what
# descends from it, and every process with MARK in its environment, whatever session it has moved to. POSIX shell,
# because it is started next to the first server, and a Python would take ten times as long to be there, and ten times
# the memory for as long as the program runs.

[ -z "$ZSH_VERSION" ] || emulate sh
trap '' HUP INT QUIT TERM # it goes when its owner has gone, and not before
families=' ' # PID:MARK

while read -r sign pid mark; do
    case $sign in
        +) families="$families$pid:$mark " ;;
        -)
            case $families in
                *" $pid:"*)
                    behind=${families#*" $pid:"}
                    families="${families%%" $pid:"*} ${behind#* }"
                    ;;
            esac
            ;;
    esac
done

[ "$families" != ' ' ] || exit 0

# The members that can be found, as process ids. Zombies are none.
members() {
    set --
    for family in $families; do set -- "$@" -e "${family#*:}"; done
    if [ -r /proc/self/environ ]; then
        grep -lsF "$@" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do echo "$pid"; done
    else
        ps -axeww -o pid= -o command= 2>/dev/null | grep -F "$@" | while read -r pid _; do echo "$pid"; done
    fi
    ps -A -o pid= -o ppid= -o stat= 2>/dev/null | awk -v families="$families" '
        BEGIN { for (count = split(families, family, " "); count > 0; count--) kin[family[count] + 0] }
        $3 !~ /^Z/ { parent[$1] = $2 }
        END {
            do {
                more = 0
                for (pid in parent) if (!(pid in kin) && (parent[pid] in kin)) { kin[pid]; more = 1 }
            } while (more)
            for (pid in kin) if (pid in parent) print pid
        }'
}

# Signal every target, and keep those that exist.
signal() {
    existing=' '
    for target in $targets; do
        kill -s "$1" -- "$target" 2>/dev/null && existing="$existing$target "
    done
    targets=$existing
}

targets=' '
for family in $families; do targets="$targets-${family%%:*} ${family%%:*} "; done
targets="$targets$(echo $(members)) "
signal TERM
patience=25 # times 20 ms, from the request to end until the order
while [ "$targets" != ' ' ] && [ "$patience" -gt 0 ]; do
    sleep 0.02
    signal 0
    patience=$((patience - 1))
done
[ "$targets" = ' ' ] || signal STOP # one that starts another meanwhile would leave it unseen
targets="$targets$(echo $(members)) "
signal KILL
for _ in 1 2 3; do # what was started meanwhile
    targets=" $(echo $(members)) "
    case $targets in *[0-9]*) signal KILL ;; *) break ;; esac
done
