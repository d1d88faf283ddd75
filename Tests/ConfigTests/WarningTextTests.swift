import Config
import Testing

/// The exact text of every warning, with its line.
@Suite struct WarningTextTests {
  @Test(arguments: [
    (
      "from = *example.net",
      "from: 'example.net' also ends other domains, as 'evilexample.net': write '*@example.net', "
        + "and '*.example.net' for the domains below it"
    ),
    (
      "from = Panel <*@example.net>",
      "from: 'Panel <*@example.net>' takes no address: write one alone, as in 'panel@example.net', "
        + "and a second rule for another"
    ),
    (
      "to = a@exam\u{200B}ple.net",
      "to: 'a@exam\\u{200b}ple.net' takes no address: write one alone, as in 'panel@example.net', "
        + "and a second rule for another"
    ),
    (
      "from = panel@?example.net",
      "from: 'panel@?example.net' also takes addresses of other domains: write the domain in full, "
        + "as in '*@example.net'"
    ),
    (
      "from = panel*",
      "from: 'panel*' also takes addresses of other domains: write the domain in full, as in "
        + "'*@example.net'"
    ),
    (
      "from = /@example\\.net/",
      "from: '/@example\\.net/' also takes addresses of other domains: write the domain in full, "
        + "with '$' behind it"
    ),
    (
      "from = /example\\.net$/",
      "from: '/example\\.net$/' also takes addresses of other domains: write '@' right before the "
        + "domain and '\\.' for a dot, as in '/@example\\.net$/'"
    ),
    ("from = /x*/", "from: '/x*/' is found in any text: write '*' if that is meant"),
    (
      "header.X = /ü [ALARM]/",
      "header.X: '[ALARM]', character 4, is one character of these, and has one of them twice: "
        + "write '(...)' for a word"
    ),
    (
      "header.X = Zone # {n} open",
      "header.X: '# {n} open' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "header.X = Zone # 5",
      "header.X: '# 5' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "header.X = Zone ;*",
      "header.X: ';*' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "header.X = Zone #",
      "header.X: '#' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "header.X = Door open ; zone 3",
      "header.X: '; zone 3' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "to = *@panel.example.net  # the panel",
      "to: '# the panel' is a comment: put the pattern in double quotes, "
        + "and this too if it belongs to it"
    ),
    (
      "header.X = Zone *  #the gate",
      "header.X: '#the gate' belongs to the pattern: write a blank behind '#' for a comment, or put "
        + "the value in double quotes"
    ),
    (
      "header.authentication-results = *pass*",
      "header.authentication-results: any sender can write this field, so it proves nothing: use it "
        + "only where your mail server removes what senders wrote"
    ),
  ])
  func ofACondition(line: String, expected: String) {
    let text = mailboxLines + ruleLines + line + "\n"
    #expect(errors(text) == [])
    #expect(warnings(text) == ["8: [rule r] " + expected])
  }

  @Test(arguments: [
    "from = *@example.net", "from = \"*@panel.example.net\"  # {n} *", "header.X = Zone #5 open",
    "header.X = Zone #{n}", "header.X = \"Zone *\" # all of them", "header.X = \"Zone *\" ; all",
    "header.X = \"Zone # {n}\"", "header.X = \"a #b\"", "header.X = a#b", "header.X = a;b",
    "header.X = # later", "header.List-Id = *", "to = *example.net",
    "mailbox = m  #m", "run = /bin/echo #x",
  ])
  func aboutNothing(line: String) {
    #expect(warnings(mailboxLines + ruleLines + line + "\n") == [])
  }

  @Test func ofWhatIsDeletedUnmatched() {
    #expect(
      warnings(mailboxLines + "unmatched = delete\n" + ruleLines) == [
        "5: [mailbox m] unmatched: it deletes each message that no rule takes, also an alert that is "
          + "worded anew: write 'unmatched = leave' unless that is meant"
      ])
    #expect(warnings(mailboxLines + "unmatched = leave\n" + ruleLines) == [])
  }

  @Test(arguments: ["recent", "leave", "fire"])
  func ofOldMailWithoutALedger(existing: String) {
    let text = mailboxLines + "existing = \(existing)\n"
    let expected =
      "5: [mailbox m] existing: with 'ledger = none' all mail that is there fires after each start: "
      + "write 'ledger = disk', or 'existing = fire'"
    let all = text + "ledger = none\n" + ruleLines
    #expect(warnings(all) == (existing == "fire" ? [] : [expected]))
    #expect(warnings(text + ruleLines) == [])
    #expect(warnings(mailboxLines + "ledger = none\n" + ruleLines) == [])
  }

  @Test(arguments: ["on", "toggle", "pulse", "off"])
  func ofAnOutputWithoutABound(action: String) {
    let rule = ruleLines + "\(action) = siren\(action == "pulse" ? " 10s" : "")\n"
    let expected =
      "7: [output siren] max-on: line 11 may leave it on for good: write a time, as in "
      + "'max-on = 10m', unless that is meant"
    let text = mailboxLines + outputLines + "max-on = never\n"
    #expect(warnings(text + rule) == (action == "on" || action == "toggle" ? [expected] : []))
    #expect(
      warnings(text + "initial = active\n" + rule) == [
        "7: [output siren] max-on: 'initial = active' may leave it on for good: write a time, as in "
          + "'max-on = 10m', unless that is meant"
      ])
    #expect(warnings(mailboxLines + outputLines + "max-on = 5m\n" + rule) == [])
  }

  @Test func ofARuleThatIsNeverReached() {
    let first = "[rule all]\nsubject = ALARM *\nrun = /n\n"
    let second = "[rule zone]\nsubject = ALARM zone 12\nrun = /n\n"
    #expect(
      warnings(mailboxLines + first + second) == [
        "8: [rule zone]: it is never reached, as [rule all] above it takes all that it takes: put "
          + "this one first"
      ])
    #expect(warnings(mailboxLines + first + "mailbox = m\n" + second).count == 1)
    let other = mailboxLines.replacing("[mailbox m]", with: "[mailbox n]")
    #expect(warnings(mailboxLines + other + first + "mailbox = m\n" + second) == [])
    for line in ["from = *", "mailbox = x", "from = /"] {
      #expect(warnings(mailboxLines + first + line + "\n" + second) == [], "\(line)")
    }
    #expect(warnings(mailboxLines + second + first) == [])
    // That is an error.
    let every = "[rule every]\nsubject = *\nrun = /n\n"
    #expect(warnings(mailboxLines + every + second) == [])
  }

  /// The error alone would have the owner add the slash that is there.
  @Test func ofAnExpressionThatACommentCuts() {
    let text = mailboxLines + ruleLines + "header.X = /Zone # (one|two)/\n"
    #expect(
      warnings(text) == [
        "8: [rule r] header.X: '# (one|two)/' is a comment: put the pattern in double quotes, and "
          + "this too if it belongs to it"
      ])
    #expect(errors(text).count == 1)
  }

  @Test func standBesideErrorsAndAreBounded() {
    let text = mailboxLines + ruleLines + "from = *example.net\nthen = x\n"
    #expect(warnings(text).count == 1 && errors(text).count == 1)
    let header = "[rule r]\nheader.X = /aa[bb]/\nrun = /n\n"
    let many = (0..<60).map { header.replacing("[rule r]", with: "[rule r\($0)]") }.joined()
    #expect(warnings(mailboxLines + many).count == 100)
  }
}
