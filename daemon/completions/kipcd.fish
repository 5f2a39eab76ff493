# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of kipcd in fish: the options of `kipcd --help`; a test checks that none is missing.

complete -c kipcd -f
complete -c kipcd -l config -rF -d 'Read this file and FILE.d/*.conf'
complete -c kipcd -l runtime-dir -x -a '(__fish_complete_directories)' -d 'Folder of the registry and the control socket'
complete -c kipcd -l state-dir -x -a '(__fish_complete_directories)' -d 'Folder of the copy of the registry and the runtime layer'
complete -c kipcd -l user -d 'Run for the calling user'
complete -c kipcd -l system-bus -d 'Take the name org.kipc1 on the D-Bus system bus'
complete -c kipcd -l check-consumer -x -d 'Check what a consumer of this channel needs, and exit'
complete -c kipcd -l check -d 'Check the configuration, print all mistakes and warnings, and exit'
complete -c kipcd -l ready-fd -x -d 'Write a newline to this file descriptor when all channels are set up'
complete -c kipcd -l debug -d 'Log debug messages'
complete -c kipcd -s h -l help -d 'Print this help'
complete -c kipcd -l version -d 'Print the version'
