# The watchdog itself, a program of its own: ends server process groups when the pipe from its owner closes.
#
# Reads lines `+GROUP` and `-GROUP` from standard input. POSIX shell, because it is started next to the first server,
# and a Python would take ten times as long to be there, and ten times the memory for as long as the program runs.

groups=' '

while read -r line; do
    group=${line#?}
    case $line in
        +*) groups="$groups$group " ;;
        -*) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
    esac
done

# Signal each group, and keep those that exist.
signal() {
    existing=' '
    for group in $groups; do
        kill -s "$1" -- "-$group" 2>/dev/null && existing="$existing$group "
    done
    groups=$existing
}

signal TERM
patience=50 # times 20 ms, from the request to end until the order
while [ "$groups" != ' ' ] && [ "$patience" -gt 0 ]; do
    sleep 0.02
    signal 0
    patience=$((patience - 1))
done
signal KILL
