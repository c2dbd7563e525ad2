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

newest() {
    read -r _ _ _ _ newest 2>/dev/null </proc/loadavg || newest=0
}

# The members that carry their mark, as process ids.
marked() {
    set --
    for family in $families; do set -- "$@" -e "${family#*:}"; done
    if [ -r /proc/self/environ ]; then
        newest
        grep -lsF "$@" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do echo "$pid"; done
        for _ in 1 2 3 4 5 6 7 8; do # what was read last may have started another meanwhile, and have gone
            since=$newest
            newest
            [ "$newest" -gt "$since" ] && [ "$newest" -lt $((since + 2000)) ] || break
            while [ "$since" -lt "$newest" ]; do
                since=$((since + 1))
                [ ! -r "/proc/$since/environ" ] || ! grep -qsF "$@" "/proc/$since/environ" || echo "$since"
            done
        done
    else
        ps -axeww -o pid= -o command= 2>/dev/null | grep -F "$@" | while read -r pid _; do echo "$pid"; done
    fi
}

# All members that can be found. Zombies are none.
members() {
    marked
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
signal STOP # one that starts another meanwhile would leave it unseen
targets="$targets$(echo $(members)) "
signal KILL
sweeps=60
quiet=3 # looks without any; one that starts itself anew over and over is seen by most of them only
while [ "$quiet" -gt 0 ] && [ "$sweeps" -gt 0 ]; do
    targets=" $(echo $(marked)) "
    case $targets in
        *[0-9]*)
            signal KILL
            quiet=6
            ;;
        *) quiet=$((quiet - 1)) ;;
    esac
    sweeps=$((sweeps - 1))
done
