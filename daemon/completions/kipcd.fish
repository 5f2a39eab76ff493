# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kipcd in fish: its options, as in `kipcd --help`; a test says if one is missing.

complete -c kipcd -f
complete -c kipcd -l config -rF -d 'Read this file and FILE.d/*.conf'
complete -c kipcd -l runtime-dir -x -a '(__fish_complete_directories)' -d 'Keep registry and control socket there'
complete -c kipcd -l state-dir -x -a '(__fish_complete_directories)' -d 'Keep a copy of the registry there'
complete -c kipcd -l user -d 'Run for this user'
complete -c kipcd -l system-bus -d 'Be org.kipc1 on the D-Bus system bus'
complete -c kipcd -l check-consumer -x -d 'Say what a consumer of this channel lacks, and leave'
complete -c kipcd -l check -d 'Say what is wrong with the configuration, and leave'
complete -c kipcd -l ready-fd -x -d 'Write a newline there when all channels are there'
complete -c kipcd -l debug -d 'Log more'
complete -c kipcd -s h -l help -d 'Show the options'
complete -c kipcd -l version -d 'Show the version'
