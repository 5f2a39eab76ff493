# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kipcctl in fish: how fish asks, and what it does with the answer. `kipcctl --complete` answers from the tables
# that kipcctl parses with, so there is no second copy of them. The answer is never expanded or evaluated.

function __kipcctl_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l words (string replace -r '^~/' "$HOME/" -- $before[2..-1] $word)

    for line in (command kipcctl --complete $words 2>/dev/null)
        switch $line
            case ':files' ':folders'
                set -l kept (string match -r '^--[^=]*=' -- $word)
                set -l path (string replace -r '^--[^=]*=' '' -- $word)
                if test $line = :files
                    printf '%s\n' "$kept"(__fish_complete_path $path)
                else
                    printf '%s\n' "$kept"(__fish_complete_directories $path)
                end
            case ':command *'
                set -l first (math 2 + (string replace ':command ' '' -- $line))
                complete -C (string join ' ' -- (string escape -- $before[$first..-1]) "$word")
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c kipcctl -f -a '(__kipcctl_complete)'
