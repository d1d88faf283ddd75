import Rules
import Testing

/// What `check` warns of.
@Suite struct DoubtTests {
  @Test(
    arguments: [
      ("*@example.net", nil), ("*example.net", .domainBeginsEarlier), ("*", nil),
      ("*.example.net", nil), ("{who}@{domain}", nil), ("{who}example.net", .domainBeginsEarlier),
      ("*@*.example.net", nil), ("*@*example.net", .domainBeginsEarlier), ("a@example.net", nil),
      ("panel*@example.net", nil), ("panel*", .domainGoesOn), ("panel@*", nil),
      ("panel@example*", .domainGoesOn), ("*net", .domainBeginsEarlier), ("a?@example.net", nil),
      ("*\\*example.net", .domainBeginsEarlier), ("/@example\\.net$/", nil),
      ("/@example\\.net/", .domainGoesOn), ("/example\\.net$/", .domainBeginsEarlier),
      ("/^panel@example\\.net$/", nil), ("/^.*example\\.net$/", .domainBeginsEarlier),
      ("/^.+\\.example\\.net$/", nil), ("/@(mail\\.)?example\\.(net|org)$/", nil),
      ("/panel/", .domainGoesOn), ("/[@.]example\\.net$/", nil), ("/.*/", nil),
      ("/@a$|@b/", .domainGoesOn), ("/[@]example\\.net$/", nil),
      ("panel@?example.net", .domainGoesOn), ("*@ex?mple.net", .domainGoesOn),
      ("*@ex*.net", .domainGoesOn), ("panel*.net", .domainGoesOn), ("*@example.ne?", .domainGoesOn),
      ("*@*.local", nil), ("*.local", nil), ("*@mail-*.example.net", nil),
      ("*@cam?.example.net", nil),
      ("*@a*b.*.example.net", nil), ("/@.*example\\.net$/", .domainBeginsEarlier),
      ("/@[a-z]*example\\.net$/", .domainBeginsEarlier),
      ("/@(x|.+)example\\.net$/", .domainBeginsEarlier),
      ("/@mail.example.net$/", .domainBeginsEarlier),
      ("/@ex[^.]mple\\.net$/", .domainBeginsEarlier),
      ("/@.*[.]example\\.net$/", nil), ("/@(.*\\.)?example\\.net$/", nil), ("/@.+$/", nil),
      ("/@[Ee]xample\\.net$/", nil), ("/@cam[0-9]+x\\.example\\.net$/", nil),
      ("/[0-9]example\\.net$/", .domainBeginsEarlier), ("/@\\w+\\.example\\.net$/", nil),
    ] as [(String, PatternDoubt.Reason?)])
  func ofAPatternForASender(source: String, expected: PatternDoubt.Reason?) throws {
    #expect(try pattern(source, for: .address).senderDoubt?.reason == expected)
  }

  @Test(arguments: [
    "Panel <panel@example.net>", "*@example.net, *@example.org", "a@example.net;b@example.net",
    "a@example.net b@example.net", "example.net", "Garage Panel", "*@example.net.", "*.",
    "<*@example.net>",
    "*@exam\u{200B}ple.net", "*@exam\u{A0}ple.net", "/^Panel <panel@example\\.net>$/",
    "/(a@example\\.net|b@example\\.net), /", "*@*@example.net",
  ])
  func ofAPatternThatTakesNoAddress(source: String) throws {
    let doubt = try pattern(source, for: .address).addressDoubt
    #expect(doubt == PatternDoubt(reason: .takesNoAddress, offset: 0, length: source.utf8.count))
  }

  @Test(arguments: [
    "panel@example.net", "*", "{who}", "Garage*", "?panel", "panel@example.*", "*example.net",
    "\"Garage, Panel\"@example.net", "türsteher@example.net", "/^panel@/", "/(Panel <)?panel@/",
    "/./",
  ])
  func ofNoPatternThatTakesAddresses(source: String) throws {
    #expect(try pattern(source, for: .address).addressDoubt == nil)
  }

  @Test(
    arguments: [
      ([(.subject, "ALARM *")], [(.subject, "ALARM zone {zone} *")], true),
      ([(.subject, "ALARM zone {zone} *")], [(.subject, "ALARM *")], false),
      ([(.subject, "alarm *")], [(.subject, "ALARM x"), (.from, "a@b")], true),
      ([(.subject, "ALARM x"), (.from, "a@b")], [(.subject, "ALARM x")], false),
      ([(.subject, "*")], [(.from, "a@b")], true), ([(.from, "*")], [(.subject, "a")], false),
      ([(.from, "*")], [(.from, "/a/")], true), ([(.subject, "/a/")], [(.subject, "/a/")], true),
      ([(.subject, "/a./")], [(.subject, "/A./")], false),
      ([(.subject, "/a/")], [(.subject, "/A/")], true),
      ([(.subject, "/ALARM/")], [(.subject, "ALARM zone {n}")], true),
      ([(.subject, "/ALARM/")], [(.subject, "/ALARM zone/")], true),
      ([(.subject, "/ALARM zone/")], [(.subject, "/ALARM/")], false),
      ([(.subject, "/ALARM/")], [(.subject, "*ALARM*")], true),
      ([(.subject, "*ALARM*")], [(.subject, "/ALARM/")], true),
      ([(.subject, "ALARM*")], [(.subject, "/ALARM/")], false),
      ([(.subject, "ALARM*")], [(.subject, "/^ALARM/")], true),
      ([(.subject, "/^ALARM/")], [(.subject, "ALARM zone {n}")], true),
      ([(.subject, "/^ALARM$/")], [(.subject, "ALARM zone")], false),
      ([(.subject, "ALARM")], [(.subject, "/^ALARM$/")], true),
      ([(.subject, "/ALAR./")], [(.subject, "ALARM")], false),
      ([(.subject, "a {x}")], [(.subject, "a *")], false),
      ([(.subject, "a *")], [(.subject, "a {x}")], true),
      ([(.subject, "a ?")], [(.subject, "a b")], false),
      ([(.subject, "a ?")], [(.subject, "a ?")], true),
      ([(.subject, "*a*")], [(.subject, "?a b*")], true),
      ([(.subject, "?*")], [(.subject, "a*")], true),
      ([(.subject, "??*")], [(.subject, "a{x}")], true),
      ([(.subject, "??*")], [(.subject, "a*")], false),
      ([(.subject, "?*")], [(.subject, "*")], false),
      ([(.subject, "{x}?")], [(.subject, "ab*")], false),
      ([(.to, "*@b")], [(.to, "a@b")], true), ([(.to, "*@b")], [(.from, "a@b")], false),
      ([(.header(0), "x*")], [(.header(1), "xy")], false),
    ] as [([(Field, String)], [(Field, String)], Bool)])
  func ofARuleThatAnotherCovers(
    first: [(Field, String)], second: [(Field, String)], covers: Bool
  ) throws {
    #expect(try rule(first).covers(rule(second)) == covers)
    #expect(try rule(mailbox: 1, first).covers(rule(second)) == false)
    #expect(try rule(mailbox: 1, first).covers(rule(mailbox: 1, second)) == covers)
  }

  @Test func caseMatters() throws {
    let (sensitive, other) = (
      try rule([(.subject, "A*")], caseSensitive: true), try rule([(.subject, "AB")])
    )
    #expect(!sensitive.covers(other) && other.covers(other))
    #expect(try rule([(.subject, "a*")]).covers(sensitive))
  }
}
