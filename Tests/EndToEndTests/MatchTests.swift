import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// `popbell match`: which rule takes which real message.
@Suite(.waits) struct MatchTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../Fixtures/mail").standardized

  static let rules = """
    [mailbox list]
    server = 127.0.0.1
    user = list
    password-file = PASSWORD
    unmatched = delete
    [output siren]
    chip = simulated
    line = 17
    [rule intrusion]
    subject = ALARM zone {zone} *
    from = *@panel.example.net
    pulse = siren 10s
    run = /bin/echo zone-{zone}
    [rule power]
    subject = /UPS .*(battery|Power Failure)|^Warning: UPS: On (battery)/
    run = /bin/echo {1}{2} {from}
    [rule monitoring]
    subject = *PROBLEM*
    run = /bin/echo "{subject}"
    then = keep
    [rule disk]
    subject = /(DegradedArray|SMART error).* (on|host:) ?(.*)$/
    run = /bin/echo {3}
    [rule camera]
    subject = Motion Detected: {camera}
    run = /bin/echo {camera}
    [rule cold]
    subject = *température*
    run = /bin/echo cold
    [rule cold-german]
    subject = *kühlraum {room}
    run = /bin/echo {room}
    [rule plant]
    header.List-Id = *<plant-alerts.lists.example.org>*
    subject = *] {what}
    run = /bin/echo {what}
    [rule tank]
    subject = tank {tank} level *
    from = plc?@example.com
    run = /bin/echo {tank}
    [rule japanese]
    subject = 警報*({contact})
    run = /bin/echo {contact}
    [rule slavic]
    subject = /сигнализация|Авария|čerpadla|Czujnik/
    case = sensitive
    run = /bin/echo {subject}
    [rule quotes]
    subject = *“{gate}” won’t close*€50*
    run = /bin/echo {gate}
    [rule heating]
    subject = Störung Brenner {burner}
    from = heizung@example.net
    run = /bin/echo {burner}
    [rule gate]
    subject = Alarm: Südtor*
    run = /bin/echo gate
    [rule fire]
    subject = Yangın alarmı: {place}
    from = panel..2.@example.com
    to = desk@example.net
    run = /bin/echo {place}
    [rule asian]
    subject = /报警.*仓|温度|機房|경보/
    run = /bin/echo {subject}
    [rule nobody]
    mailbox = list
    subject = *FIRING*
    run = /bin/echo list

    """

  /// The rule that takes a file, and what it runs. What is not here is taken by none.
  static let taken = [
    "alarm-panel-zone": ("intrusion", "zone-12"),
    "byte-order-mark": ("intrusion", "zone-8"), "crcrlf-lines": ("intrusion", "zone-9"),
    "latin1-raw-subject": ("heating", "2"), "word-without-end": ("gate", "gate"),
    "windows-1254-turkish": ("fire", "depo"),
    "gb2312-character-split-over-two-words": ("asian", "【报警】2号仓大门未关，请检查"),
    "iso-2022-jp-folded": ("asian", "倉庫の温度が高い"),
    "big5-base64": ("asian", "\"警報 機房溫度過高\""), "euc-kr-quoted": ("asian", "\"경보: 정문\""),
    "apc-network-card": ("power", "battery ups2@example.net"),
    "apcupsd-on-battery": ("power", "\"Power Failure\" root@rack1.example.net"),
    "icinga-host-down": ("monitoring", "\"[PROBLEM] Host switch-hall-2 is DOWN!\""),
    "ip-camera-motion-jpeg": ("camera", "\"Camera 01 (Yard)\""),
    "koi8-r-base64-russian": (
      "slavic", "\"Внимание! Сработала пожарная сигнализация, этаж 4\""
    ),
    "latin2-quoted-polish": ("slavic", "\"Włamanie! Czujnik ruchu: wejście główne, piętro 1\""),
    "mailing-list-wrapped": ("plant", "\"Boiler 1: flame failure\""),
    "mdadm-degraded-array": ("disk", "/dev/md0:nas"),
    "nagios-service-critical": (
      "monitoring", "\"** PROBLEM Service Alert: db1/PostgreSQL is CRITICAL **\""
    ),
    "nut-upsmon-low-battery": ("power", "battery nut@nas.example.org"),
    "outlook-character-split-over-two-words": ("japanese", "Türkontakt"),
    "plc-tank-level": ("tank", "3"),
    "raw-8bit-subject": ("cold-german", "3"),
    "smartd-error": ("disk", "nas"),
    "utf8-quoted-folded-subject": ("cold", "cold"),
    "windows-1250-base64-czech": ("slavic", "\"Porucha čerpadla č. 3 – příliš žluťoučký kůň\""),
    "windows-1251-base64-russian": (
      "slavic", "\"Авария: низкое давление, насос № 2 остановлен\""
    ),
    "windows-1252-smart-quotes": ("quotes", "\"Gate 2\""),
    "zabbix-problem-utf8-base64": (
      "monitoring",
      "\"PROBLEM: Free disk space is less than 20% on volume /var — srv-fileserver-03.example.net\""
    ),
  ]

  /// The charset tables that the package installs.
  static let charsets = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../../board/charset-tables").standardized

  private func bench(_ more: String = "") throws -> Bench {
    let bench = try Bench()
    let rules = Self.rules.replacingOccurrences(of: "PASSWORD", with: bench.path("password"))
    try bench.configure(bench.section(port: 110, more: more) + rules)
    return bench
  }

  @Test func eachMessageGoesToTheRuleThatIsMeant() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".eml") }.sorted()
    #expect(Set(Self.taken.keys).isSubset(of: files.map { String($0.dropLast(4)) }))
    let bench = try bench()
    let paths = files.map { Self.folder.appendingPathComponent($0).path }
    let run = try bench.start(
      ["match"] + paths, environment: ["POPBELL_CHARSETS": Self.charsets.path]
    ).wait()
    #expect(run.exitCode == 1 && run.errors == "", "\(run.errors)")
    for (file, path) in zip(files, paths) {
      let block =
        run.output.components(separatedBy: path + ": ").last?
        .components(separatedBy: "\n" + Self.folder.path).first?
        .split(separator: "\n").map(String.init) ?? []
      guard let (rule, argument) = Self.taken[String(file.dropLast(4))] else {
        #expect(block.first == "no rule takes it; it would be left alone", "\(file)")
        continue
      }
      #expect(block.first == "rule \(rule) takes it", "\(file)")
      #expect(block.contains("  run /bin/echo \(argument)"), "\(file): \(block)")
      let end = rule == "monitoring" ? "  then keep" : "  then delete"
      let misses = block.drop { $0 != end }.dropFirst()
      #expect(block.contains(end) && misses.allSatisfy { $0.hasPrefix("  rule ") }, "\(file)")
      #expect(block.contains("  pulse siren 10s") == (rule == "intrusion"), "\(file)")
    }
  }

  @Test func readsStandardInputAndSaysAll() throws {
    let input =
      "From: Panel <x@panel.example.net>\nSubject: ALARM zone 7 \u{1B}[2Jgate\n\nSubject: no\n"
    let output = """
      -: rule intrusion takes it
        subject: ALARM zone 7 [2Jgate
        from: x@panel.example.net
        {zone} = 7
        pulse siren 10s
        run /bin/echo zone-7
        then delete

      """
    let bench = try bench()
    for arguments in [["match"], ["match", "-"]] {
      let run = try bench.start(arguments, input: input).wait()
      #expect(run.exitCode == 0 && run.errors == "")
      #expect(run.output == output)
    }
  }

  @Test(arguments: [
    ("", ["then delete"]), ("archive = /srv/r\nthen = keep", ["archive /srv/r", "then keep"]),
    ("then = delete after 14d", ["then delete after 14d"]),
  ])
  func saysWhatBecomesOfTheMessage(lines: String, expected: [String]) throws {
    let bench = try Bench()
    let rule = "[rule r]\nsubject = x\nrun = /bin/true\n\(lines)\n"
    func end(_ mailbox: String) throws -> [String] {
      try bench.configure(bench.section(port: 110) + mailbox + rule)
      let lines = try bench.popbell("match", input: "Subject: x\n\n").output.split(separator: "\n")
      return lines.drop { $0 != "  run /bin/true" }.dropFirst().map { String($0.dropFirst(2)) }
    }
    #expect(try end("") == expected)
    let inherited = lines.contains("archive") ? [] : ["archive /srv/m"]
    #expect(try end("archive = /srv/m\n") == inherited + expected)
    #expect(try end("archive = none\n") == expected)
  }

  /// Owners write patterns for the subject that their mail client shows.
  @Test(
    arguments: [
      (#"/Temperature (\d+)/"#, "Temperature 71 C", "71"), ("/(T.r) offen/", "Tür offen", "Tür"),
      ("Alarm Zone {n}", "=?utf-8?B?QWxhcm3CoFpvbmXCoDM=?=", "3"),
      ("ALARM zone {n}", "ALARM  zone 3", "3"),
      ("Temperatur {n}", "=?utf-8?B?VGVtcGXCrXJhdHVyIGhvY2g=?=", "hoch"),
      ("? ALARM zone {n} ?", "=?utf-8?B?8J+aqCBBTEFSTSB6b25lIDMg8J+UpQ==?=", "3"),
      ("störung {n}", "=?utf-8?B?U1TDllJVTkcgSEVJWlVORw==?=", "HEIZUNG"),
      ("/(störung)/", "=?utf-8?B?U1TDllJVTkcgSEVJWlVORw==?=", "STÖRUNG"),
      ("/(Tür)/", "=?utf-8?Q?Tu=CC=88r?=", "Tür"), ("/^(T[uü]r)$/", "=?utf-8?Q?T=C3=9Cr_?=", "TÜr"),
    ])
  func matchesWhatAPersonSees(pattern: String, subject: String, capture: String) throws {
    let bench = try Bench()
    let name = pattern.hasPrefix("/") ? "1" : "n"
    try bench.configure(
      bench.section(port: 110) + "[rule r]\nsubject = \(pattern)\nrun = /bin/echo {\(name)}\n")
    let run = try bench.popbell("match", input: "Subject: \(subject)\n\n")
    #expect(run.exitCode == 0 && run.errors == "")
    #expect(run.output.contains("  run /bin/echo \(capture)\n"), "\(run.output)")
  }

  @Test func aRuleForAMailboxTakesOnlyWhatIsThere() throws {
    let path = Self.folder.appendingPathComponent("alertmanager-firing.eml").path
    let bench = try bench()
    #expect(try bench.popbell("match", path).exitCode == 1)
    #expect(try bench.popbell("match", "-m", "list", path).exitCode == 0)
    let other = Self.folder.appendingPathComponent("borg-backup-finished.eml").path
    let run = try bench.popbell("match", "-m", "list", other)
    #expect(run.output.hasPrefix("\(other): no rule takes it; it would be deleted\n"))
    // What is the mail system's own is never deleted.
    let own = Self.folder.appendingPathComponent("folder-internal-data.eml").path
    let left = try bench.popbell("match", "-m", "list", own).output
    #expect(left.contains("would be left alone\n  it holds a mail server's own data"))
    let unknown = try bench.popbell("match", "-m", "lost", other)
    #expect(unknown.exitCode == 64)
    #expect(unknown.errors == "popbell: there is no mailbox 'lost'\n")
  }

  /// Of each rule that was tried: the first condition that is not met, and what it saw.
  @Test func saysWhyARuleDoesNotTakeAMessage() throws {
    let bench = try Bench()
    let mailboxes =
      bench.section(port: 110) + "[mailbox list]\nserver = 127.0.0.1\nuser = l\n"
      + "password-file = \(bench.path("password"))\n"
    let rules = """
      [rule intrusion]
      subject = ALARM zone {zone} *
      from = *@panel.example.net
      run = /bin/true
      [rule ups]
      header.X-UPS = /battery|mains/
      run = /bin/true
      [rule list]
      mailbox = list
      subject = *
      run = /bin/true
      [rule mine]
      to = me@example.net
      case = sensitive
      run = /bin/true
      [rule gate]
      subject = Gate *
      run = /bin/true

      """
    try bench.configure(mailboxes + rules)
    func lines(_ message: String) throws -> [String] {
      let run = try bench.popbell("match", input: message)
      #expect(run.errors == "" && !run.output.contains("\u{1B}"))
      return run.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("  rule ") }
    }
    #expect(
      try lines("Subject: Backup =?utf-8?q?=EF=BF=B9\\d?=\nFrom: a@b\nTo: x@y, z@y\n\n") == [
        #"  rule intrusion: subject = ALARM zone {zone} * is not met: "Backup \u{fff9}\d""#,
        "  rule ups:       header.X-UPS = /battery|mains/ is not met: there is none",
        "  rule list:      is for mailbox list",
        #"  rule mine:      to = me@example.net (case matters) is not met: "x@y, z@y""#,
        #"  rule gate:      subject = Gate * is not met: "Backup \u{fff9}\d""#,
      ])
    #expect(
      try lines("Subject: ALARM zone 1 x\nFrom: Gar\u{200B}age\nX-UPS: low\n\n").prefix(2) == [
        "  rule intrusion: from = *@panel.example.net is not met: no address after 'Gar\\u{200b}age'",
        #"  rule ups:       header.X-UPS = /battery|mains/ is not met: "low""#,
      ])
    // What comes behind the rule that takes it was not tried.
    #expect(try lines("Subject: x\nX-UPS: mains\n\n").count == 1)
    let long = try lines("Subject: \(String(repeating: "x", count: 500))\n\n")
    #expect(long.first?.hasSuffix(String(repeating: "x", count: 197) + "...\"") == true)
  }

  /// A laptop has the rules, and nothing that they name.
  @Test func whatThisMachineHasNotIsANote() throws {
    let bench = try Bench()
    try bench.write(
      "popbell.conf",
      """
      [mailbox box]
      server = pop.example.net
      user = alarms
      password-file = /nonexistent/password
      ca = /nonexistent/ca.pem
      [output siren]
      line = GPIO17
      [rule a]
      subject = ALARM
      pulse = siren 10s
      run = /nonexistent/notify
      [popbell]
      user = nobody-of-here

      """)
    let path = bench.path("popbell.conf")
    let run = try bench.popbell("match", input: "Subject: ALARM\n\n")
    #expect(run.exitCode == 0 && run.output.hasPrefix("-: rule a takes it\n"))
    let notes = run.errors.split(separator: "\n").map(String.init)
    #expect(notes.count == (geteuid() == 0 ? 4 : 3), "\(run.errors)")
    #expect(notes.allSatisfy { $0.hasPrefix("note: \(path):") })
    #expect(
      notes.first?.contains(":4: [mailbox box] password-file: /nonexistent/password: ") == true)
    #expect(try bench.popbell("check").exitCode == 78)
    // What is wrong everywhere is an error.
    try bench.write("popbell.conf", bench.read("popbell.conf") + "colour = red\n")
    let wrong = try bench.popbell("match", input: "Subject: ALARM\n\n")
    #expect(wrong.exitCode == 78 && wrong.output == "")
    #expect(wrong.errors.hasPrefix("\(path):14: [popbell] colour: there is no such key"))
    #expect(wrong.errors.split(separator: "\n").count == 1)
  }

  @Test func aFileThatCannotBeReadIsNamedAndTheOthersGoOn() throws {
    let path = Self.folder.appendingPathComponent("alarm-panel-zone.eml").path
    let run = try bench().popbell("match", "/nonexistent.eml", path)
    #expect(run.exitCode == 66)
    #expect(run.errors == "/nonexistent.eml: open: No such file or directory\n")
    #expect(run.output.hasPrefix("\(path): rule intrusion takes it\n"))
  }

  /// As the service, which cannot tell it from what a server sends for a message that it has lost.
  @Test(arguments: ["", "\n", "\r\nSubject: ALARM zone 7 gate\r\n"])
  func aMessageWithoutAHeaderIsLeft(input: String) throws {
    let bench = try bench()
    let run = try bench.start(["match"], input: input).wait()
    #expect(run.exitCode == 1)
    #expect(run.output == "-: it has no header, and would be left alone\n")
  }

  /// Nor what is a part of one, also where the owner deletes what no rule takes.
  @Test func aPartOfAHeaderIsLeft() throws {
    let bench = try bench("unmatched = delete")
    let run = try bench.start(["match"], input: "Received: from a by b\n\n").wait()
    #expect(run.exitCode == 1)
    let start =
      "-: no rule takes it; it would be left alone\n  it has no From, To, Subject or Message-ID: "
    #expect(run.output.hasPrefix(start), "\(run.output)")
  }

  /// What a field was, and what `match` says of the sender.
  @Test(arguments: [
    ("From: Garage, Panel 2 <a@x>", "a@x"), ("From: a@x <a@x>", "a@x"), ("From: a..b@x", "a..b@x"),
    ("From: Garage", "(no address after 'Garage')"), ("From: a@x, b@x", "(two senders)"),
    ("From: a@x\nFrom: a@x", "(several From fields)"), ("X: y", "(no From field)"),
    ("From : a@x", "(a blank between From and its colon)"), ("From: ", "(no address)"),
    ("X: y\rFrom: b@x\nFrom: a@x", "(another From field behind a carriage return)"),
    ("From: a@x <b@x>", "(two addresses, one as the name of the other)"),
    ("From: <@x:b@x>", "(an address with a route)"),
    ("From: a@x,,", "(a comma without an address)"),
    ("From: \"a,b\"@x", "(an address that may be read as another)"),
    ("From: a\u{200B}b@x", "(no address: \\u{200b} after 'a')"),
    ("From: a(", "(a quote, comment or group without an end)"),
    ("From: G: a@x;", "(a group of senders)"), ("From: a@b c", "(not an address after 'a@b')"),
    ("From: \(String(repeating: "a", count: 65))@x", "(the address is too long)"),
    ("From: (\(String(repeating: "c", count: 2050))) a@x", "(the From field is too long)"),
  ])
  func saysWhoTheSenderIsOrWhyThereIsNone(field: String, sender: String) throws {
    let run = try bench().popbell("match", input: "\(field)\nSubject: x\n\n")
    #expect(run.output.contains("\n  from: \(sender)\n"), "\(run.output)")
  }

  @Test func decodesCharsetsOfSeveralBytesWithTheirTables() throws {
    let bench = try bench()
    let input = "From: a@x\nSubject: =?gb2312?B?sai+rw==?= 7\n\n"
    func match(_ path: String) throws -> [String] {
      let run = try bench.start(["match"], input: input, environment: ["POPBELL_CHARSETS": path])
        .wait()
      #expect(run.errors == "" && run.exitCode == 1)
      return run.output.split(separator: "\n").dropFirst().map(String.init)
        .filter { !$0.hasPrefix("  rule ") }
    }
    #expect(try match(Self.charsets.path) == ["  subject: 报警 7", "  from: a@x"])
    func refused(_ path: String, _ reason: String) throws {
      #expect(
        try match(path) == [
          "  subject: \u{FFFD}\u{FFFD} 7", "  from: a@x", "  gb2312: the charset tables \(reason)",
        ])
    }
    let path = bench.path("charsets")
    try refused(path, "are not installed at \(path)")
    try bench.write("charsets", "x")
    try refused(path, "are not in \(path), which is another kind of file")
    try refused(bench.folder.path, "at \(bench.folder.path) cannot be read: this is not a file")
    var tables = try Data(contentsOf: Self.charsets)
    tables[100_000] ^= 1
    try tables.write(to: URL(fileURLWithPath: path))
    try refused(path, "at \(path) are damaged; install popbell again")
    tables[17] = 7
    try tables.write(to: URL(fileURLWithPath: path))
    try refused(path, "at \(path) have version 7, which this popbell does not know")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
    #expect(try match(path).last?.contains("others may change it (mode 0666)") == true)
  }
}
