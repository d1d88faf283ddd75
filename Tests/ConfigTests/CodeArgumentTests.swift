import Config
import Testing

/// What a message holds is never code of a program that a rule runs.
@Suite struct CodeArgumentTests {
  /// The error of a rule that captures {x}, anything, {1}, a number, and {2}, which may begin with "-".
  private func problem(of command: String) -> String? {
    errors(
      mailboxLines + """
        [rule r]
        subject = {x}
        from = /zone ([0-9]+)-([a-z-]+)/
        run = \(command)
        """
    ).first
  }

  @Test(arguments: [
    "/usr/local/bin/notify -c {x}", "/usr/local/bin/notify {x} {subject}",
    #"/bin/sh -c 'echo "$1"' sh {x}"#, #"/bin/sh -ec 'echo "$1"' sh {x} {subject}"#,
    #"/bin/bash -o pipefail -c 'echo "$1"' -- {x}"#, #"/bin/sh -c 'echo "$POPBELL_X"'"#,
    "/bin/sh -c 'relay zone-{1} {2}'", "/bin/sh -c 'relay {rule}'", "/bin/sh /etc/popbell/act {x}",
    "/bin/sh -e /etc/popbell/act -c {x}", "/bin/sh -s {1}", "/bin/bash --norc /etc/act {x}",
    "/bin/sh /etc/popbell/act-{1}", "/bin/sh -- /etc/popbell/act {x}",
    "/usr/bin/python3 -c 'import sys' {x}", "/usr/bin/python3.11 -W ignore /opt/act.py {x}",
    "/usr/bin/python3 -m act {x}", "/usr/bin/perl -e 'print @ARGV' -- {x}",
    "/usr/bin/perl -ne 'print' x{x}", "/usr/bin/perl -e 'print {1}'",
    "/usr/bin/awk -v 'x={x}' 'BEGIN {{ print x }}'", "/usr/bin/awk -f /opt/act.awk -- {x}",
    "/usr/bin/awk 'BEGIN {{ print ARGV[1] }}' {x}", "/bin/sed -n 's/a/{1}/p' /etc/act",
    "/bin/sed -e p -- {x}", "/usr/bin/env LANG=C /usr/local/bin/notify -S {x}",
    "/usr/bin/env A={x} /usr/local/bin/notify", #"/usr/bin/env bash -c 'echo "$1"' bash {x}"#,
    "/usr/bin/sudo -u act /usr/local/bin/notify -s {x}", "/bin/busybox wget -q {x}",
    #"/bin/su act -c 'echo zone-{1}'"#, "/usr/bin/ssh panel@board zone {1} off",
    "/usr/bin/timeout 5s /usr/local/bin/notify {x}", "/usr/bin/nice notify {x}",
    "/usr/bin/flock /run/lock /usr/local/bin/notify {x}", "/usr/bin/node /opt/act.js {x}",
    "/usr/local/bin/sh-helper -c {x}", "/usr/local/bin/script -c {x}", "/opt/command {x}",
    "/opt/notify --by sh {x}",
    #"/usr/bin/docker exec app sh -c 'echo "$1"' sh {x}"#, "/usr/bin/psql -c 'select {1}'",
    "/bin/sh",
  ])
  func takes(command: String) {
    #expect(problem(of: command) == nil)
  }

  /// The value, the argument and the program that are to blame.
  @Test(arguments: [
    ("/bin/sh -c 'echo {x}'", "x", 2, "sh"), ("/bin/sh -c 'echo {subject}'", "subject", 2, "sh"),
    ("/bin/sh -c {x}", "x", 2, "sh"), ("/bin/sh -ec 'a {1} {from}'", "from", 2, "sh"),
    ("/bin/sh -c -e 'echo {to}'", "to", 3, "sh"), ("/bin/sh -c -- {date}", "date", 3, "sh"),
    ("/bin/bash -o pipefail -c '{message-id}'", "message-id", 4, "bash"),
    ("/bin/bash --norc -c '{uidl}'", "uidl", 3, "bash"),
    ("/bin/dash -c 'a \"{x}\"'", "x", 2, "dash"),
    ("/bin/sh {x} y", "x", 1, "sh"), ("/bin/sh {2} reboot", "2", 1, "sh"),
    ("/bin/sh -{x} y", "x", 1, "sh"), ("/bin/sh /etc/act/{x}", "x", 1, "sh"),
    ("/bin/sh -e {x}", "x", 2, "sh"), ("/bin/zsh -c '{x}'", "x", 2, "zsh"),
    ("/usr/bin/python3 -c 'print(\"{x}\")'", "x", 2, "python3"),
    ("/usr/bin/python3.11 '-cprint({x})'", "x", 1, "python3.11"),
    ("/usr/bin/python3 -m {x}", "x", 2, "python3"), ("/usr/bin/python3 {x}", "x", 1, "python3"),
    ("/usr/bin/perl -e 'print \"{x}\"'", "x", 2, "perl"),
    ("/usr/bin/perl -we '{x}'", "x", 2, "perl"), ("/usr/bin/perl -e 1 -e {x}", "x", 4, "perl"),
    ("/usr/bin/perl -e 'print @ARGV' {x}", "x", 3, "perl"),
    ("/usr/bin/ruby -e 'p 1' {x}", "x", 3, "ruby"), ("/usr/bin/ruby '-ep {x}'", "x", 1, "ruby"),
    ("/usr/bin/node --eval 'a({x})'", "x", 2, "node"),
    ("/usr/bin/node '--eval=a({x})'", "x", 1, "node"),
    ("/usr/bin/php -r 'echo {x};'", "x", 2, "php"),
    ("/usr/bin/lua5.4 -e 'p({x})'", "x", 2, "lua5.4"),
    ("/usr/bin/awk 'BEGIN {{ print \"{x}\" }}'", "x", 1, "awk"),
    ("/usr/bin/gawk -v a=b -F: '/{x}/'", "x", 4, "gawk"), ("/usr/bin/mawk -f {x}", "x", 2, "mawk"),
    ("/usr/bin/awk -f /opt/act.awk {x}", "x", 3, "awk"),
    ("/bin/sed s/a/{x}/ /etc/act", "x", 1, "sed"), ("/bin/sed -n -e p{x}", "x", 3, "sed"),
    ("/bin/sed p {x}", "x", 2, "sed"), ("/usr/bin/env sh -c 'echo {x}'", "x", 3, "sh"),
    ("/usr/bin/env -i A=1 /bin/sh -c {x}", "x", 5, "sh"),
    ("/usr/bin/env -S 'sh {x}'", "x", 2, "env"),
    ("/usr/bin/env '-Ssh {x}'", "x", 1, "env"), ("/usr/bin/env {x}", "x", 1, "env"),
    ("/bin/busybox sh -c 'echo {x}'", "x", 3, "sh"), ("/bin/busybox awk {x}", "x", 2, "awk"),
    ("/bin/su act -c 'echo {x}'", "x", 3, "su"), ("/bin/su - act -c {x}", "x", 4, "su"),
    ("/bin/su -s /bin/sh act '--command=echo {x}'", "x", 4, "su"),
    ("/bin/su act -s /bin/bash -c {x}", "x", 5, "bash"),
    ("/usr/sbin/runuser -u act -- sh -c {x}", "x", 6, "sh"),
    ("/usr/bin/sudo -u act sh -c 'echo {x}'", "x", 5, "sh"),
    ("/usr/bin/sudo -s echo {x}", "x", 3, "sudo"),
    ("/usr/bin/docker exec app sh -c 'echo {x}'", "x", 5, "sh"),
    ("/usr/bin/ip netns exec red /bin/bash -c {x}", "x", 6, "bash"),
    ("/usr/bin/env -C /srv sh -c 'echo {x} >> log'", "x", 5, "sh"),
    ("/usr/bin/sudo -D /srv /bin/sh -c '{x}'", "x", 5, "sh"),
    ("/usr/sbin/chroot /srv/jail /bin/sh -c '{x}'", "x", 4, "sh"),
    ("/usr/bin/find /srv -exec perl -e {x}", "x", 5, "perl"),
    ("/usr/bin/sqlite3 /srv/log.db 'insert into log values (\"{x}\")'", "x", 2, "sqlite3"),
    ("/usr/bin/psql -c 'select {x}'", "x", 2, "psql"),
    ("/usr/bin/sudo {x}", "x", 1, "sudo"), ("/usr/bin/doas env sh -c {x}", "x", 4, "sh"),
    ("/usr/bin/nice -n 5 timeout 5 bash -c {x}", "x", 7, "bash"),
    ("/usr/bin/timeout 5s {x}", "x", 2, "timeout"),
    ("/usr/bin/flock /run/lock -c {x}", "x", 3, "flock"),
    ("/usr/bin/ssh board echo {x}", "x", 3, "ssh"), ("/usr/bin/ssh {x}", "x", 1, "ssh"),
    ("/usr/bin/ssh -o {x} board", "x", 2, "ssh"), ("/usr/bin/ssh {2} relay", "2", 1, "ssh"),
  ])
  func refuses(command: String, value: String, argument: Int, program: String) throws {
    let error = try #require(problem(of: command))
    #expect(
      error.hasPrefix("8: [rule r] run: '{\(value)}' in argument \(argument) can "), "\(error)")
    #expect(error.contains(" \(program) ") || error.contains(" \(program),"), "\(error)")
  }

  /// A server's words stand in the text.
  @Test(arguments: [
    ("/bin/sh -c 'mail -s {event} {mailbox}'", true), ("/bin/sh -c 'mail \"$1\"' sh {text}", true),
    ("/bin/sh -c 'mail {text}'", false), ("/usr/bin/ssh board {text}", false),
  ])
  func holdsForTroubleToo(command: String, isTaken: Bool) {
    let found = errors(mailboxLines + ruleLines + "[popbell]\non-trouble = " + command)
    #expect(found.isEmpty == isTaken && found.allSatisfy { $0.contains("'{text}' in argument") })
  }

  @Test(arguments: [
    (
      "/bin/sh -c 'echo {x}'",
      "'{x}' in argument 2 can hold anything, and sh would run it as code: write it behind the code, "
        + "as in run = /bin/sh -c 'echo \"$1\"' sh {x}, or read \"$POPBELL_X\" there, or capture only "
        + "letters, digits, '_', '.', '-' with an expression, such as /([0-9]+)/"
    ),
    (
      "/usr/bin/perl -e 'print \"{message-id}\"'",
      "'{message-id}' in argument 2 can hold anything, and perl would run it as code: let the code "
        + "read POPBELL_MESSAGE_ID from its environment, or capture only letters, digits, '_', '.', "
        + "'-' with an expression, such as /([0-9]+)/"
    ),
    (
      "/bin/sh -c {from}",
      "'{from}' in argument 2 can hold anything, and sh would run it as code: write it behind the "
        + "code, as in run = /bin/sh -c 'echo \"$1\"' sh {from}, or read \"$POPBELL_FROM\" there, or "
        + "capture only letters, digits, '_', '.', '-' with an expression, such as /([0-9]+)/"
    ),
    (
      "/usr/bin/ssh board {x}",
      "'{x}' in argument 2 can hold anything, and ssh has a shell run it: capture only letters, "
        + "digits, '_', '.', '-' with an expression, such as /([0-9]+)/"
    ),
    (
      "/usr/bin/perl -e 1 {x}",
      "'{x}' in argument 3 can become an option, a script or a program of perl, and so code: put text "
        + "or '--' in front of it, or capture only letters, digits, '_', '.' with an expression, such "
        + "as /([0-9]+)/"
    ),
  ])
  func saysHowToDoIt(command: String, words: String) {
    #expect(problem(of: command) == "8: [rule r] run: \(words)")
  }
}
