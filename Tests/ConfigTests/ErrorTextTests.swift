import Bytes
import Config
import TestSupport
import Testing

/// The exact text of every error, with its line.
@Suite struct ErrorTextTests {
  @Test(arguments: [
    ("port = 0", "port: '0' is not a number from 1 to 65535"),
    ("port = 65536", "port: '65536' is not a number from 1 to 65535"),
    ("tls = ssl", "tls: 'ssl' is not implicit, starttls or none"),
    ("tls = startls", "tls: 'startls' is not implicit, starttls or none; did you mean 'starttls'?"),
    (
      "tls = none",
      "tls: without TLS anyone on the way can read the password: write 'tls = implicit' or "
        + "'tls = starttls', or 'allow-plaintext = yes' where that is no harm"
    ),
    ("allow-plaintext = true", "allow-plaintext: 'true' is not yes or no"),
    (
      "allow-plaintext = a\u{202E}b\u{200B}c\u{E0041}d",
      "allow-plaintext: 'a\\xe2\\x80\\xaeb\\xe2\\x80\\x8bc\\xf3\\xa0\\x81\\x81d' is not yes or no"
    ),
    ("ca = etc/ssl", "ca: 'etc/ssl' is not an absolute path: begin it with '/'"),
    ("auth = login", "auth: 'login' is not auto, plain, plain-challenge, user or apop"),
    ("interval = 60", "interval: '60' has no unit: write '60s' for seconds, or one of ms, m, h, d"),
    (
      "interval = 1 min",
      "interval: '1 min' is no time: write it like 500ms, 30s, 10m, 2h or 14d"
    ),
    ("interval = 4999ms", "interval: '4999ms' is not from 5s to 7d"),
    ("deadline = 99999999999999999d", "deadline: '99999999999999999d' is not from 5s to 1h"),
    ("unmatched = keep", "unmatched: 'keep' is not leave or delete"),
    ("batch = 0", "batch: '0' is not a number from 1 to 1000"),
    ("batch = 1001", "batch: '1001' is not a number from 1 to 1000"),
    (
      "archive = mail",
      "archive: 'mail' is neither none nor an absolute path: begin it with '/'"
    ),
    ("ledger = /x", "ledger: '/x' is not disk or none"),
    ("ledger = dsk", "ledger: 'dsk' is not disk or none; did you mean 'disk'?"),
    ("archiv = /x", "archiv: there is no such key; did you mean 'archive'?"),
    ("capabilities = no", "capabilities: 'no' is not ask or skip"),
    (
      "password = x",
      "password: no password stands in this file, which many may read: put it in a file of its own "
        + "with mode 600 and write 'password-file = /PATH'"
    ),
    (
      "passwd = x",
      "passwd: no password stands in this file, which many may read: put it in a file of its own "
        + "with mode 600 and write 'password-file = /PATH'"
    ),
    (
      "password-credential = x",
      "password-credential: password-file is in line 4 already: keep one of them"
    ),
    ("user = v", "user: it is in line 3 already: keep one of them"),
    ("sever = x", "sever: there is no such key; did you mean 'server'?"),
    ("Tls = implicit", "Tls: there is no such key; did you mean 'tls'?"),
    (
      "frequency = 5s",
      "frequency: there is no such key: [mailbox NAME] has server, port, tls, tls-old, "
        + "allow-plaintext, ca, user, password-file, password-command, password-credential, auth, interval, deadline, "
        + "unmatched, existing, batch, archive, ledger, capabilities and headers"
    ),
    ("subject = x", "subject: it belongs in [rule NAME]"),
    ("ca =", "ca: it has no value"), ("ca = # later", "ca: it has no value"),
    ("ca = \"\"", "ca: it has no value"),
    ("ca = \"/etc", "ca: a quote is not closed"), ("ca = \"/etc ; c", "ca: a quote is not closed"),
    (
      "ca = \"/etc\"/x",
      "ca: there is text behind the closing quote: quote all of the value, or nothing of it"
    ),
    ("ca = /a\u{7}b", "ca: a value must not hold a control character, as \\x07 is"),
    ("ca = /\(String(repeating: "a", count: 512))", "ca: the value is longer than 512 bytes"),
    ("interval", "this line is no [SECTION], no KEY = VALUE and no comment"),
  ])
  func ofAMailbox(line: String, expected: String) {
    let section = expected.hasPrefix("this line") ? "" : "[mailbox m] "
    #expect(errors(mailboxLines + line + "\n" + ruleLines) == ["5: " + section + expected])
  }

  @Test(arguments: [
    ("server = pop3s://x", "server: 'pop3s://x' is neither a host name nor an IP address"),
    (
      "server = pop.x:995",
      "server: the port has a key of its own: write 'server = pop.x' and 'port = 995'"
    ),
    ("user = \(String(repeating: "u", count: 256))", "user: the value is longer than 255 bytes"),
    ("password-file = p", "password-file: 'p' is not an absolute path: begin it with '/'"),
    (
      "password-command = pass",
      "password-command: 'pass' is not an absolute path: begin it with '/'"
    ),
    (
      "password-command = /x \\",
      "password-command: a backslash at the end escapes nothing: write '\\\\'"
    ),
    (
      "password-credential = ../x",
      "password-credential: '../x' is not the name of a file in $CREDENTIALS_DIRECTORY: "
        + "write it without a path"
    ),
  ])
  func ofWhatAMailboxNeeds(line: String, expected: String) {
    let key = line.prefix { $0 != "-" && $0 != " " }
    let others = mailboxLines.split(separator: "\n").filter { !$0.hasPrefix(key) }
    let text = others.joined(separator: "\n") + "\n" + line + "\n" + ruleLines
    #expect(errors(text) == ["4: [mailbox m] " + expected])
  }

  @Test func ofAMailboxWithoutWhatItNeeds() {
    let text = "[mailbox m]\nport = 995\n[rule r]\nthen = keep\n[output o]\nactive = low\n"
    #expect(
      errors(text) == [
        "1: [mailbox m]: it needs 'server = pop.example.net'",
        "1: [mailbox m]: it needs 'user = NAME'",
        "1: [mailbox m]: it needs a password: write 'password-file = /PATH', "
          + "'password-command = /PROGRAM' or 'password-credential = NAME'",
        "3: [rule r]: it has no condition: add one, such as 'subject = ALARM *'; "
          + "'subject = *' takes every message",
        "3: [rule r]: it has no action: add one, such as 'pulse = OUTPUT 10s' or 'run = /PROGRAM'",
        "5: [output o]: it needs 'line = GPIO17'",
      ])
  }

  @Test(arguments: [
    ("line = GPIO17", "line: [output siren] has this line already"),
    (
      "line = 17",
      "line: '17' counts the lines of a chip: add 'chip = gpiochip0', or name the line: "
        + "'line = GPIO17'"
    ),
    ("line = 65536", "line: '65536' is not a number from 0 to 65535"),
    ("line = \(String(repeating: "G", count: 32))", "line: the value is longer than 31 bytes"),
    ("line = x\nactive = on", "active: 'on' is not high or low"),
    (
      "line = x\nbias = pullup",
      "bias: 'pullup' is not as-is, disabled, pull-up or pull-down; did you mean 'pull-up'?"
    ),
    ("line = x\ndrive = x", "drive: 'x' is not push-pull, open-drain or open-source"),
    ("line = x\ninitial = on", "initial: 'on' is not inactive or active"),
    (
      "line = x\nmax-on = 5",
      "max-on: '5' has no unit: write '5s' for seconds, or one of ms, m, h, d"
    ),
    (
      "line = x\ninitial = active",
      "initial: 'initial = active' may leave it on for good: add 'max-on = 10m', or "
        + "'max-on = never' where that is meant"
    ),
  ])
  func ofAnOutput(lines: String, expected: String) {
    let place = lines.contains("\n") ? 12 : 11
    let text = mailboxLines + ruleLines + outputLines + "[output o]\n" + lines + "\n"
    #expect(errors(text) == ["\(place): [output o] " + expected])
  }

  @Test(arguments: [
    ("mailbox = n", "mailbox: there is no [mailbox n]"),
    ("mailbox = nowhere", "mailbox: there is no [mailbox nowhere]"),
    ("subject = y", "subject: it is in line 8 already: for 'either', write a second rule"),
    ("from = {a}{b}", "from: '{a}{b}' has no end to the first part: put text between the two"),
    ("from = {a}*", "from: '{a}*' has no end to the first part: put text between the two"),
    ("from = {a", "from: '{a' has no '}': write '{NAME}', or '\\{' for a brace"),
    ("from = a}", "from: '}' has no '{': write '{NAME}', or '\\}' for a brace"),
    (
      "from = {1}",
      "from: '{1}' is no capture: a name is a letter, then letters, digits, '-' and '_', at most 24"
    ),
    ("from = C:\\temp", "from: '\\t' escapes nothing: write '\\\\' for a backslash"),
    (
      "from = /a",
      "from: '/a' has no '/' at its end, as an expression has: write '\\/' for a slash, and "
        + "'case = ignore' for '/i'"
    ),
    ("from = //", "from: '//' is an empty expression: write '*' for any text"),
    (
      #"header.A = /(ü)\1/"#,
      #"header.A: '\1', character 5, is a back-reference, which expressions have not: repeat the part"#
    ),
    (
      "header.A = /zone {n}/",
      "header.A: '{', character 7, is no repetition as '{2}', '{2,}' or '{2,5}': write '\\{' for a "
        + "brace, '(?<name>...)' to capture"
    ),
    (
      "header.A = /[z-a]/",
      "header.A: 'z-a', character 3, goes backwards: write the first character first"
    ),
    (
      "header.A = /a{600}/",
      "header.A: 'a{600}', character 2, needs more than 512 states: repeat less"
    ),
    (
      "header.A = /ALARM $/",
      "header.A: '/ALARM $/' is found in no text: blanks in a row are one, none are at the ends, "
        + "and '^' and '$' are the ends"
    ),
    ("from = {zone}", "from: '{zone}' is in this rule already: take another name"),
    ("from = {Subject}", "from: '{Subject}' is a value that every message has: take another name"),
    (
      "from = \((0..<17).map { "{c\($0)}-" }.joined())",
      "from: a rule has at most 16 captures"
    ),
    (
      "header.A = \((0..<16).map { "{c\($0)}-" }.joined())",
      "header.A: a rule has at most 16 captures"
    ),
    ("header. = x", "header.: no header field has such a name: write 'header.X-NAME = PATTERN'"),
    (
      "header.X Y = x",
      "header.X Y: no header field has such a name: write 'header.X-NAME = PATTERN'"
    ),
    ("header.subject = x", "header.subject: write 'subject = PATTERN'"),
    ("on = siren 5s", "on: write 'on = OUTPUT'"),
    ("pulse = siren", "pulse: write 'pulse = OUTPUT TIME'"),
    ("blink = siren 1s", "blink: write 'blink = OUTPUT ON-TIME OFF-TIME COUNT'"),
    ("pulse = sirene 1s", "pulse: there is no [output sirene]; did you mean 'siren'?"),
    ("pulse = siren 9ms", "pulse: '9ms' is not from 10ms to 1d"),
    (
      "pulse = siren 61s", "pulse: 61s is longer than the 1m that [output siren] allows with max-on"
    ),
    (
      "blink = siren 2m 1s 3",
      "blink: 2m is longer than the 1m that [output siren] allows with max-on"
    ),
    ("blink = siren 1s 1s 0", "blink: '0' is not a number from 1 to 1000"),
    ("run = notify {zone}", "run: 'notify' is not an absolute path: begin it with '/'"),
    (
      "run = /bin/{zone}",
      "run: '/bin/{zone}' would let a message choose the program: write its path without braces"
    ),
    ("run = /n {zome}", "run: nothing is called '{zome}'; did you mean '{zone}'?"),
    ("run = /n {sbject}", "run: nothing is called '{sbject}'; did you mean '{subject}'?"),
    (
      "run = /n {1}",
      "run: nothing is called '{1}': a condition of the rule captures it with '{NAME}' or '(...)'"
    ),
    ("run = /n {zone", "run: '{zone' has no '}': write '{NAME}', or '{{' for a brace"),
    ("run = /n zone}", "run: '}' has no '{': write '{NAME}', or '}}' for a brace"),
    ("run = /n 'x", "run: a quote is not closed"),
    ("run = # later", "run: it has no value"),
    (
      "run = /n\(String(repeating: " a", count: 32))",
      "run: at most 32 arguments are allowed, the program among them"
    ),
    ("then = leave", "then: 'leave' is not delete, keep or delete after TIME"),
    (
      "then = delet",
      "then: 'delet' is not delete, keep or delete after TIME; did you mean 'delete'?"
    ),
    (
      "then = keep for 14d",
      "then: 'keep for 14d' is not delete, keep or delete after TIME; "
        + "did you mean 'delete after 14d'?"
    ),
    (
      "then = delete 14d",
      "then: 'delete 14d' is not delete, keep or delete after TIME; did you mean 'delete after 14d'?"
    ),
    (
      "then = delete now",
      "then: 'delete now' is not delete, keep or delete after TIME; did you mean 'delete'?"
    ),
    ("then = delete after", "then: write 'then = delete after 14d'"),
    (
      "then = delete after 14",
      "then: '14' has no unit: write '14s' for seconds, or one of ms, m, h, d"
    ),
    ("then = delete after 14 days", "then: write 'then = delete after 14d'"),
    (
      "then = delete after long",
      "then: 'long' is no time: write it like 500ms, 30s, 10m, 2h or 14d"
    ),
    ("then = delete after 59m", "then: '59m' is not from 1h to 3650d"),
    ("then = delete after 3651d", "then: '3651d' is not from 1h to 3650d"),
    (
      "archive = mail",
      "archive: 'mail' is neither none nor an absolute path: begin it with '/'"
    ),
    ("batch = 5", "batch: it belongs in [mailbox NAME]"),
    ("on-crash = always", "on-crash: 'always' is not again or never"),
    ("retries = 101", "retries: '101' is not a number from 0 to 100"),
    ("retry-for = 31d", "retry-for: '31d' is not from 0s to 30d"),
    ("timeout = 1ms", "timeout: '1ms' is not from 100ms to 1d"),
    ("case = on", "case: 'on' is not ignore or sensitive"),
    ("max-on = 5m", "max-on: it belongs in [output NAME]"),
  ])
  func ofARule(line: String, expected: String) {
    let text = mailboxLines + outputLines + "[rule r]\nsubject = x {zone}\n" + line
    let output = "\nrun = /bin/true\n[output siren]\nmax-on = 1m\n"
    // The second half of the output stands in the same section, which is an error of its own.
    let all = errors(text + output).filter { !$0.contains("[output siren]: it is in line 5") }
    #expect(all == ["9: [rule r] " + expected])
  }

  @Test(arguments: [
    ("tell", "'tell' is not an absolute path: begin it with '/'"),
    ("/x {evnt}", "nothing is called '{evnt}'; did you mean '{event}'?"),
    ("/x {subject}", "'{subject}' is not {event}, {mailbox} or {text}"),
    (
      "/x/{event}",
      "'/x/{event}' would let a message choose the program: write its path without braces"
    ),
  ])
  func ofAProgramThatIsToldOfTrouble(value: String, expected: String) {
    let expected = "on-trouble: " + expected
    let text = mailboxLines + ruleLines + "[popbell]\non-trouble = " + value
    #expect(errors(text).map { $0.split(separator: " ", maxSplits: 2).last } == [expected[...]])
  }

  @Test(arguments: ["on", "toggle"])
  func ofAnOutputThatMayStayOn(action: String) {
    let rule = ruleLines + "pulse = siren 1s\n\(action) = siren\n\(action) = siren\n"
    #expect(
      errors(mailboxLines + outputLines + rule) == [
        "5: [output siren]: line 11 may leave it on for good: add 'max-on = 10m', or "
          + "'max-on = never' where that is meant"
      ])
    #expect(errors(mailboxLines + outputLines + "max-on = never\n" + rule) == [])
  }

  @Test func ofARuleThatIsNeverTried() {
    let all = "[rule all]\nsubject = **\nrun = /n\n"
    #expect(
      errors(mailboxLines + ruleLines + all + "[rule s]\nsubject = *\nrun = /n\n") == [
        "11: [rule s]: it is never tried, as [rule all] above it takes every message: put that one last"
      ])
    for line in ["mailbox = m", "from = *", "header.X = *", "mailbox = x", "from = /"] {
      #expect(
        !errors(mailboxLines + all + line + "\n" + ruleLines).contains {
          $0.contains("never tried")
        })
    }
    for pattern in ["?*", "{a}", "*x", "\"\""] {
      #expect(errors(mailboxLines + all.replacing("**", with: pattern) + ruleLines) == [])
    }
  }

  @Test(arguments: [
    (
      "[mail x]",
      "[mail x]: there is no such section: write [mailbox NAME], [output NAME], [rule NAME] or [popbell]"
    ),
    ("[ouptut siren]", "[ouptut siren]: there is no such section; did you mean [output siren]?"),
    ("[Rule]", "[Rule]: there is no such section; did you mean [rule NAME]?"),
    ("[pobell]", "[pobell]: there is no such section; did you mean [popbell]?"),
    ("[rule]", "[rule]: it has no name: write [rule NAME]"),
    ("[popbell x]", "[popbell x]: it takes no name: write [popbell]"),
    ("[rule a b]", "[rule a b]: a name is letters, digits, '-', '_' and '.', at most 32 of them"),
    (
      "[rule \u{1B}]",
      "[rule \\x1b]: a name is letters, digits, '-', '_' and '.', at most 32 of them"
    ),
    (
      "[mailbox m]",
      "[mailbox m]: it is in line 1 already: keep its keys together, or give it a new name"
    ),
  ])
  func ofASection(header: String, expected: String) {
    let text = mailboxLines + ruleLines + header + "\nport = 995\n"
    #expect(errors(text) == ["8: " + expected])
  }

  /// Half of the CRC-32 of both names is the same.
  @Test func ofRulesThatTheLedgerCannotTellApart() {
    let rules = ["yoja", "avms", "yoja2"].map { "[rule \($0)]\nsubject = \($0)\nrun = /x\n" }
    #expect(
      errors(mailboxLines + rules.joined()) == [
        "8: [rule avms]: its name has the same checksum as that in line 5, and the ledger knows "
          + "rules by that: give it another name"
      ])
  }

  @Test func ofAFileWithoutSections() {
    let missing = [
      "0: there is no mailbox: add a section [mailbox NAME]",
      "0: there is no rule: add a section [rule NAME]",
    ]
    #expect(errors("") == missing)
    #expect(
      errors("user = u\nport = 1\n")
        == missing + ["1: it stands before the first section: write one above it"])
  }

  @Test(
    arguments: [
      ("mailbox", 8, "at most 8 sections of this kind are allowed"),
      ("output", 32, "at most 32 sections of this kind are allowed"),
      ("rule", 64, "at most 64 sections of this kind are allowed"),
    ])
  func ofTooManySections(kind: String, limit: Int, expected: String) {
    let text = (0...limit).map { "[\(kind) n\($0)]\nx = 1\n" }.joined()
    #expect(errors(text).contains { $0.hasSuffix("[\(kind) n\(limit)]: " + expected) })
    #expect(!errors(text).contains { $0.hasSuffix("[\(kind) n\(limit - 1)]: " + expected) })
  }

  @Test func ofTooManyKeys() {
    let many = (0..<9).map { "header.X\($0) = x\n" }.joined()
    #expect(
      errors(mailboxLines + ruleLines + many)
        == [
          "15: [rule r] header.X7: at most 8 conditions are allowed",
          "16: [rule r] header.X8: at most 8 different header fields are allowed",
        ])
    let actions = String(repeating: "run = /bin/true\n", count: 8)
    #expect(
      errors(mailboxLines + ruleLines + actions) == [
        "15: [rule r] run: at most 8 actions are allowed"
      ])
  }

  @Test func ofTheEdge() {
    var result = outcome(mailboxLines + ruleLines)
    for check in result.checks { result.errors.add(check.failed(Array("it\nis not there".utf8))) }
    #expect(
      result.errors.sorted.map { "\($0.place.line): \(described($0))" } == [
        "0: [popbell] user: it\\x0ais not there",
        "0: [popbell] state-directory: it\\x0ais not there",
        "4: [mailbox m] password-file: it\\x0ais not there",
        "7: [rule r] run: it\\x0ais not there",
      ])
    let long = String(repeating: "x", count: 1025)
    #expect(
      errors(mailboxLines + long + "\n" + ruleLines) == ["5: the line is longer than 1024 bytes"])
  }

  @Test func neverShowsAPassword() {
    for key in ["password", "pasword", "passwort", "secret", "pass"] {
      let all = errors(mailboxLines + key + " = hunter2\n" + ruleLines)
      #expect(all.count == 1)
      #expect(!all[0].contains("hunter2"))
    }
  }

  @Test func refusesWhatIsNotUTF8() {
    let errors = outcome(Array("[rule r]\nsubject = a".utf8) + [0xE9]).errors.sorted
    #expect(
      errors.last.map(described) == "[rule r] subject: it is not UTF-8: save the file as UTF-8")
    #expect(outcome(Array((mailboxLines + ruleLines + "; ").utf8) + [0xE9]).errors.isEmpty)
  }

  @Test func keepsABoundedNumberOfErrors() {
    #expect(errors(String(repeating: "x\n", count: 1000)).count == 100)
  }
}
