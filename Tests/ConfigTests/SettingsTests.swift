import Bytes
import Config
import Rules
import TestSupport
import Testing

@Suite struct SettingsTests {
  @Test func fillsInWhatIsLeftOut() throws {
    let settings = try settings(mailboxLines + outputLines + ruleLines)
    let mailbox = settings.mailboxes[0]
    #expect(mailbox.port == 995)
    #expect(mailbox.tls == .implicit)
    #expect(mailbox.ca == nil)
    #expect(mailbox.secret == .file(Array("/etc/p".utf8)))
    #expect(mailbox.authentication == .auto)
    #expect(mailbox.interval == .seconds(60))
    #expect(mailbox.deadline == .seconds(60))
    #expect(mailbox.unmatched == .leave)
    #expect(mailbox.capabilities == .ask)
    #expect(mailbox.batch == 20 && mailbox.archive == nil && mailbox.ledger == .disk)
    let output = settings.outputs[0]
    #expect(output.line == .named(Array("GPIO17".utf8), chip: nil))
    #expect(!output.isActiveLow && !output.isInitiallyActive)
    #expect(output.bias == .asIs && output.drive == .pushPull && output.maxOn == nil)
    let rule = settings.rules.rules[0]
    #expect(rule.disposition == .delete && rule.onCrash == .again)
    #expect(rule.archive == .ofMailbox)
    #expect(
      rule.retries == nil && rule.retryFor == .seconds(86_400) && rule.timeout == .seconds(30)
        && rule.mailbox == nil)
    #expect(rule.line == 7)
    #expect(
      strings([settings.popbell.user, settings.popbell.stateDirectory]) == [
        "popbell", "/var/lib/popbell",
      ])
  }

  @Test(
    arguments: [
      ("delete", .delete), ("keep", .keep), ("delete after 1h", .deleteAfter(.seconds(3600))),
      ("delete  after\t3650d", .deleteAfter(.seconds(315_360_000))),
      ("\"delete after 14d\" # two weeks", .deleteAfter(.seconds(1_209_600))),
    ] as [(String, Disposition)])
  func saysWhatBecomesOfTheMessage(value: String, expected: Disposition) throws {
    let settings = try settings(mailboxLines + ruleLines + "then = \(value)\n")
    #expect(settings.rules.rules[0].disposition == expected)
  }

  @Test func aRuleHasItsOwnArchiveOrTheMailboxs() throws {
    func rule(_ name: String, _ line: String) -> String {
      "[rule \(name)]\nsubject = x\nrun = /bin/true\n\(line)\n"
    }
    let text =
      mailboxLines + "archive = /srv/m\n"
      + mailboxLines.replacing("[mailbox m]", with: "[mailbox n]")
      + "archive = none\nbatch = 1000\nledger = none\n" + rule("a", "")
      + rule("b", "archive = none")
      + rule("c", "archive = /srv/c")
    let outcome = outcome(text)
    let settings = try #require(outcome.settings)
    let archives = (0..<3).map { rule in
      (0..<2).map { settings.archive(rule: rule, mailbox: $0).map { strings([$0])[0] } }
    }
    #expect(archives == [["/srv/m", nil], [nil, nil], ["/srv/c", "/srv/c"]])
    #expect(settings.mailboxes.map { $0.batch } == [20, 1000])
    #expect(settings.mailboxes.map { $0.ledger } == [.disk, .none])
    let checked = outcome.checks.compactMap { check in
      if case .archive(let path) = check.kind {
        "\(check.place.line) \(strings([path])[0])"
      } else {
        nil
      }
    }
    #expect(checked == ["5 /srv/m", "24 /srv/c"])
  }

  @Test(
    arguments: [
      ("", 995), ("tls = implicit", 995), ("tls = starttls", 110), ("tls = starttls\nport = 1", 1),
      ("tls = none\nallow-plaintext = yes", 110),
    ] as [(String, UInt16)])
  func choosesThePort(lines: String, port: UInt16) throws {
    #expect(try settings(mailboxLines + lines + "\n" + ruleLines).mailboxes[0].port == port)
  }

  @Test(
    arguments: [
      ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.255.0.9", true),
      ("::1", true), ("0:0:0:0:0:0:0:1", true), ("0::0001", true), ("localhost.example.net", false),
      ("127.0.0.1.example.net", false), ("128.0.0.1", false), ("::2", false), ("::", false),
      ("1::1", false), ("fe80::1%eth0", false), ("xn--bcher-kva.example", false), ("a_b", false),
      ("mail.", false), ("1.example", false),
    ])
  func sendsNoPasswordInTheClearButToItself(server: String, isLoopback: Bool) throws {
    let lines = mailboxLines.split(separator: "\n").filter { !$0.hasPrefix("server") }
    let text = lines.joined(separator: "\n") + "\nserver = \(server)\ntls = none\n" + ruleLines
    #expect(errors(text).isEmpty == isLoopback)
    #expect(errors(text).allSatisfy { $0.hasPrefix("5: [mailbox m] tls: without TLS") })
  }

  @Test(
    arguments: [
      "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "127.0.0.01", "0x7f.1", "a..b", ".a", "-a.b",
      "a b",
      "[::1]", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1%", "1:",
      ":1",
      "::1:", "1:2:3:4::5:6:7:8", "bücher.example", String(repeating: "a", count: 64),
      String(repeating: "a.", count: 127),
    ])
  func refusesWhatIsNoHost(server: String) {
    let lines = mailboxLines.split(separator: "\n").filter { !$0.hasPrefix("server") }
    let text = lines.joined(separator: "\n") + "\nserver = \(server)\n" + ruleLines
    #expect(errors(text).map { $0.contains("neither a host name") } == [true])
  }

  @Test(
    arguments: [
      ("line = 17\nchip = gpiochip0", .offset(17, chip: Array("gpiochip0".utf8)), false),
      (
        "line = LED\nchip = pinctrl-rp1",
        .named(Array("LED".utf8), chip: Array("pinctrl-rp1".utf8)), false
      ),
      ("line = 1\nchip = simulated", .offset(1, chip: Array("simulated".utf8)), true),
      ("line = 1a", .named(Array("1a".utf8), chip: nil), false),
    ] as [(String, LineAddress, Bool)])
  func findsLines(lines: String, address: LineAddress, isSimulated: Bool) throws {
    let outcome = outcome(mailboxLines + "[output o]\n\(lines)\n" + ruleLines)
    let settings = try #require(outcome.settings)
    #expect(settings.outputs[0].line == address)
    #expect(settings.outputs[0].line.isSimulated == isSimulated)
    let isChecked = outcome.checks.contains { if case .line = $0.kind { true } else { false } }
    #expect(isChecked != isSimulated)
  }

  @Test func keepsTheOrderOfTheFile() throws {
    let text =
      mailboxLines + outputLines + "max-on = 10s\n[output lamp]\nline = GPIO5\nmax-on = 500ms\n"
        + """
        [rule b]
        run = /bin/one
        to = *
        pulse = siren 10s
        header.X-B = y
        on = siren
        subject = *
        blink = lamp 500ms 1500ms 3
        [rule a]
        header.x-b = z
        off = lamp
        header.X-A = z
        mailbox = m
        toggle = siren

        """
    let rules = try settings(text).rules
    #expect(strings(rules.rules.map { $0.name }) == ["b", "a"])
    #expect(strings(rules.names.headers) == ["X-B", "X-A"])
    let conditions = rules.rules.map { rule in
      rule.conditions.map { condition in
        var bytes: [UInt8] = []
        condition.describe(rules.names, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
      }
    }
    #expect(
      conditions == [
        ["to = *", "header.X-B = y", "subject = *"], ["header.X-B = z", "header.X-A = z"],
      ])
    #expect(rules.rules[1].mailbox == 0)
    let changes = rules.rules.flatMap { $0.actions }.map { action -> (Int, OutputChange)? in
      if case .output(let output, let change) = action { (output, change) } else { nil }
    }
    #expect(changes.map { $0?.0 } == [nil, 0, 0, 1, 1, 0])
    #expect(
      changes.map { $0?.1 } == [
        nil, .pulse(.seconds(10)), .on,
        .blink(on: .milliseconds(500), off: .milliseconds(1500), count: 3), .off, .toggle,
      ])
  }

  @Test func rulesOverrideWhatAllOfThemHave() throws {
    let global = "[popbell]\nretries = 0\ntimeout = 2m\nuser = bell\nstate-directory = /data\n"
    let second = "[rule s]\nsubject = y\nrun = /bin/true\nretries = 9\ntimeout = 500ms\n"
    let settings = try settings(mailboxLines + ruleLines + second + global)
    #expect(settings.rules.rules.map { $0.retries } == [0, 9])
    #expect(settings.rules.rules.map { $0.timeout } == [.seconds(120), .milliseconds(500)])
    #expect(
      strings([settings.popbell.user, settings.popbell.stateDirectory]) == ["bell", "/data"])
  }

  @Test func anOutputRestsForATenthOfItsLongestTimeOn() throws {
    let outputs =
      "[output a]\nline = A\nmax-on = 5m\n[output b]\nline = B\nmax-on = 5m\nrest = 0s\n"
      + "[output c]\nline = C\nmax-on = never\n"
    let settings = try settings(mailboxLines + ruleLines + outputs)
    #expect(settings.outputs.map { $0.rest } == [.seconds(30), .zero, .zero])
  }

  @Test func tellsAProgramOfTrouble() throws {
    let key = "[popbell]\non-trouble = /bin/x -- {event} \"{mailbox}: {text}\" {{\n"
    let settings = try settings(mailboxLines + ruleLines + key)
    let arguments = settings.popbell.onTrouble.map { argument in
      var text: [UInt8] = []
      argument.expand(into: &text) { value, text in text.write(value.name) }
      return text
    }
    #expect(strings(arguments) == ["/bin/x", "--", "event", "mailbox: text", "{"])
  }

  @Test func readsExpressions() throws {
    let text =
      mailboxLines
      + "[rule a]\nsubject = /(a)/\nfrom = x\nto = /b/\nrun = /n {1}\ncase = sensitive\n"
      + "[rule b]\nsubject = /((c))(?<zone>d)/\nrun = /n {2} {zone}\n"
    let expressions = try #require(outcome(text).settings).rules.expressions
    #expect(strings(expressions.map { $0.source }) == ["(a)", "b", "((c))(?<zone>d)"])
    #expect(expressions.map { $0.groupCount } == [1, 0, 3])
    #expect(expressions.map { $0.isCaseSensitive } == [true, true, false])
  }

  @Test(
    arguments: [
      ("a # b", "a"), ("ALARM #5", "ALARM #5"), ("a#b # c", "a#b"), ("a #", "a"),
      ("\"a # b\"", "a # b"),
      ("\"a\" # b", "a"), ("\" a \"", " a "), ("\"\"", ""), ("x \"a # b\"", "x \"a"), ("#5", "#5"),
      ("a\t#\tb", "a"), (#"\"a" # b"#, #"\"a""#), ("a \\# b", "a \\# b"), ("##", "##"),
      ("a ## b", "a ## b"),
    ])
  func takesQuotesAndCommentsOff(value: String, expected: String) throws {
    let rules = try settings(mailboxLines + "[rule r]\nsubject = \(value)\nrun = /n\n").rules
    var bytes: [UInt8] = []
    rules.rules[0].conditions[0].pattern?.describe(into: &bytes)
    #expect(text(bytes.span) == expected)
  }

  @Test(
    arguments: [
      ("/n", ["/n"]), ("/n a  b\tc", ["/n", "a", "b", "c"]),
      (#"/n "a b" 'c d'"#, ["/n", "a b", "c d"]),
      (#"/n a\ b \"c\' \\"#, ["/n", "a b", "\"c'", "\\"]),
      (#"/n "a\"b\\c\d""#, ["/n", #"a"b\c\d"#]),
      (#"/n 'a\"b'"#, ["/n", #"a\"b"#]), (#"/n "" ''"#, ["/n", "", ""]),
      (#"/n a"b c"d"#, ["/n", "ab cd"]),
      ("/n a # b", ["/n", "a"]), ("/n a #b c#", ["/n", "a", "#b", "c#"]),
      ("/n \"a # b\"", ["/n", "a # b"]),
      ("/n $(x) `y` \";\" | > a;b *", ["/n", "$(x)", "`y`", ";", "|", ">", "a;b", "*"]),
      ("/n #", ["/n"]),
      ("/n \\# b", ["/n", "#", "b"]), ("\"/my prog\" x", ["/my prog", "x"]),
    ])
  func splitsArgumentsAndNothingElse(value: String, expected: [String]) throws {
    let lines = mailboxLines.replacing(
      "password-file = /etc/p", with: "password-command = \(value)")
    let rule = "[rule r]\nsubject = x\nrun = "
    let settings = try settings(lines + rule + value + "\n")
    guard case .run(let templates) = settings.rules.rules[0].actions[0] else {
      Issue.record("no program")
      return
    }
    #expect(strings(templates.map { $0.source }) == expected)
    #expect(settings.mailboxes[0].secret == .command(expected.map { Array($0.utf8) }))
    // What `check` prints can be put back into the file.
    var bytes: [UInt8] = []
    settings.rules.rules[0].actions[0].describe(settings.rules.names, into: &bytes)
    let command = text(bytes.span).dropFirst("run ".count)
    let again = try ConfigTests.settings(mailboxLines + rule + command + "\n")
    guard case .run(let same) = again.rules.rules[0].actions[0] else { return }
    #expect(strings(same.map { $0.source }) == expected)
  }
}
