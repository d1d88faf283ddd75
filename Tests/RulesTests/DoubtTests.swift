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
      ("/panel/", .domainGoesOn), ("/[@.]example\\.net$/", .domainBeginsEarlier), ("/.*/", nil),
      ("/@a$|@b/", .domainGoesOn), ("/[@]example\\.net$/", nil),
    ] as [(String, PatternDoubt.Reason?)])
  func ofAPatternForASender(source: String, expected: PatternDoubt.Reason?) throws {
    #expect(try pattern(source, for: .address).senderDoubt?.reason == expected)
  }

  @Test(
    arguments: [
      ([(.subject, "ALARM *")], [(.subject, "ALARM zone {zone} *")], true),
      ([(.subject, "ALARM zone {zone} *")], [(.subject, "ALARM *")], false),
      ([(.subject, "alarm *")], [(.subject, "ALARM x"), (.from, "a@b")], true),
      ([(.subject, "ALARM x"), (.from, "a@b")], [(.subject, "ALARM x")], false),
      ([(.subject, "*")], [(.from, "a@b")], true), ([(.from, "*")], [(.subject, "a")], false),
      ([(.from, "*")], [(.from, "/a/")], true), ([(.subject, "/a/")], [(.subject, "/a/")], true),
      ([(.subject, "/a/")], [(.subject, "/A/")], false),
      ([(.subject, "a {x}")], [(.subject, "a *")], false),
      ([(.subject, "a *")], [(.subject, "a {x}")], true),
      ([(.subject, "a ?")], [(.subject, "a b")], false),
      ([(.subject, "a ?")], [(.subject, "a ?")], true),
      ([(.subject, "*a*")], [(.subject, "?a b*")], true),
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
