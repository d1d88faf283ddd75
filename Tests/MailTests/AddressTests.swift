import Bytes
import Mail
import TestSupport
import Testing

/// The sole address of `field`, or why there is none.
private func soleAddress(of field: String) -> Result<String, FieldError> {
  let bytes = Array(field.utf8)
  do throws(FieldError) {
    let address = try soleAddress(in: bytes.span)
    return .success(text(address))
  } catch {
    return .failure(error)
  }
}

@Suite struct AddressTests {
  @Test(
    arguments: [
      ("alarm@panel.example", "alarm@panel.example"),
      ("<alarm@panel.example>", "alarm@panel.example"),
      (" Alarm@PANEL.Example ", "Alarm@panel.example"),
      ("Panel < alarm@panel.example >", "alarm@panel.example"),
      ("\"Panel, \\\"12\\\" <x@y>\" <alarm@panel.example>", "alarm@panel.example"),
      ("J. Doe (night (shift) \\) ) <alarm@panel.example>", "alarm@panel.example"),
      ("[UPS 2] <alarm@panel.example>", "alarm@panel.example"),
      ("Türkontakt <alarm@panel.example>", "alarm@panel.example"),
      ("=?utf-8?Q?T=C3=BCr?= <alarm@panel.example>", "alarm@panel.example"),
      ("(Cron) alarm@panel.example (Daemon)", "alarm@panel.example"),
      ("a.b+c-d_e=!#$%&'*/?^`{|}~@panel.example", "a.b+c-d_e=!#$%&'*/?^`{|}~@panel.example"),
      ("root@localhost", "root@localhost"),
      ("tür@panel.example", "tür@panel.example"), ("a@TÜR.Example", "a@tÜr.example"),
      ("<警報@例え.テスト.>", "警報@例え.テスト"), ("u\u{308}@panel.example", "u\u{308}@panel.example"),
      ("cam_1@my_host.example", "cam_1@my_host.example"),
      ("camera@[192.0.2.7]", "camera@[192.0.2.7]"),
      ("camera@[IPv6:2001:DB8::7]", "camera@[ipv6:2001:db8::7]"),
      ("\"alarm\"@panel.example", "alarm@panel.example"),
      ("\"a\\l.arm\"@panel.example", "al.arm@panel.example"),
      ("\"al arm\"@panel.example", "\"al arm\"@panel.example"),
      ("\"a\\\"\\\\b\"@panel.example", "\"a\\\"\\\\b\"@panel.example"),
      ("\"a..b\"@panel.example", "a..b@panel.example"),
      ("\".\"@panel.example", "\".\"@panel.example"),
      ("\"\"@panel.example", "\"\"@panel.example"),
      // As devices write them.
      ("Garage, Panel <alarm@panel.example>", "alarm@panel.example"),
      ("Garage Team: Panel 2 <alarm@panel.example>", "alarm@panel.example"),
      ("Garage; Panel <alarm@panel.example>", "alarm@panel.example"),
      ("=?utf-8?Q?Garage;_T=C3=BCr,_2?= <alarm@panel.example>", "alarm@panel.example"),
      ("J. O'Neil, M.D. : (x@y) \"a@b\" <alarm@panel.example>", "alarm@panel.example"),
      ("Tür, Garage <alarm@panel.example>,", "alarm@panel.example"),
      ("alarm@panel.example <alarm@panel.example>", "alarm@panel.example"),
      ("Alarm@Panel.Example (x) <alarm@panel.example>", "alarm@panel.example"),
      ("'Alarm@Panel.Example' <alarm@panel.example>", "alarm@panel.example"),
      ("=?utf-8?Q?Alarm@Panel.Example?= <alarm@panel.example>", "alarm@panel.example"),
      ("=?utf-8?Q?alarm=40panel.example?= <alarm@panel.example>", "alarm@panel.example"),
      ("=?utf-8?q?alarm@panel.example?= (x) <alarm@panel.example>", "alarm@panel.example"),
      ("'alarm@panel.example", "'alarm@panel.example"),
      ("'alarm@panel.example <'alarm@panel.example>", "'alarm@panel.example"),
      ("alarm@panel.example.", "alarm@panel.example"),
      ("alarm@panel.example ,", "alarm@panel.example"),
      ("alarm@panel.example;", "alarm@panel.example"),
      ("<alarm@panel.example.>", "alarm@panel.example"),
      ("Panel <alarm@panel.example>. (x)", "alarm@panel.example"),
      ("Panel <alarm@panel.example> ; ", "alarm@panel.example"),
      ("alarm..1.@panel.example", "alarm..1.@panel.example"),
      (".a@panel.example", ".a@panel.example"),
      // Spoofs: what the sender really is.
      ("\"alarm@panel.example\" <evil@x>", "evil@x"),
      ("\"alarm@panel.example\"<evil@x>", "evil@x"),
      ("\"<alarm@panel.example>\" <evil@x>", "evil@x"),
      ("=?utf-8?Q?alarm=40panel.example?= <evil@x>", "evil@x"),
      ("=?utf-8?B?YWxhcm1AcGFuZWwuZXhhbXBsZQ==?= <evil@x>", "evil@x"),
      ("(alarm@panel.example) evil@x", "evil@x"),
      ("(<alarm@panel.example>) <evil@x>", "evil@x"),
      ("evil@x (alarm@panel.example)", "evil@x"),
      ("<evil@x> (<alarm@panel.example>, )", "evil@x"),
    ] as [(String, String)])
  func findsTheSoleAddress(field: String, address: String) {
    #expect(soleAddress(of: field) == .success(address))
  }

  @Test(
    arguments: [
      ("", .noAddress, 0), (" (nobody) ", .noAddress, 0), (",", .noAddress, 0),
      ("root", .missingDomain, 4), ("root (Cron Daemon)", .missingDomain, 18),
      ("alarm panel@example", .missingDomain, 5), ("alarm@", .unexpectedByte, 6),
      ("@panel.example", .unexpectedByte, 0), ("<>", .unexpectedByte, 1),
      ("<alarm>", .missingDomain, 6), ("<alarm@panel", .unexpectedByte, 12),
      ("alarm@panel>", .unexpectedByte, 11), ("..@panel", .unexpectedByte, 2),
      ("a@.panel", .unexpectedByte, 2), ("a@panel..", .unexpectedByte, 8),
      ("a@b..c", .unexpectedByte, 4), ("a@.", .unexpectedByte, 2),
      ("a@[192.0.2.1]..", .unexpectedByte, 14), ("a@b@c", .unexpectedByte, 3),
      ("a (x) @panel", .missingDomain, 1), ("a@ panel", .unexpectedByte, 2),
      ("a . b@panel", .missingDomain, 1), ("\"a\".b@panel", .missingDomain, 3),
      ("a.\"b\"@panel", .missingDomain, 2), ("\"tür\"@panel", .unexpectedByte, 2),
      ("a\u{200B}b@panel", .missingDomain, 1), ("a@pan\u{AD}el", .unexpectedByte, 5),
      ("a@pan\u{A0}el", .unexpectedByte, 5), ("a\u{202E}b@panel", .missingDomain, 1),
      ("a@b。panel", .unexpectedByte, 3), ("a＠b@panel", .missingDomain, 1),
      ("a@ｂ.panel", .unexpectedByte, 2), ("a@b﹒panel", .unexpectedByte, 3),
      ("a@[192.0.2.1", .unterminated, 12), ("a@[192.0.2.1 ]", .unexpectedByte, 12),
      ("a@[x]y", .unexpectedByte, 5), ("<@relay a@x>", .route, 1),
      ("a@x, b@y", .severalAddresses, 0), ("a@x,,b@y", .severalAddresses, 0),
      ("a@x; b@y", .severalAddresses, 0), ("a@x,,", .emptyElement, 4), (", a@x", .emptyElement, 0),
      ("a@x;,", .emptyElement, 4), (",Garage, Panel <a@x>", .missingDomain, 7),
      ("Garage, Panel <a@x>,,", .missingDomain, 6), ("Garage;; Panel <a@x>", .missingDomain, 6),
      ("Garage; a@y; Panel <b@x>", .missingDomain, 6),
      ("Garage: Hall; Panel <a@x>", .missingDomain, 12),
      ("Garage, Panel", .missingDomain, 6), ("Garage, Panel <a@x> <b@y>", .missingDomain, 6),
      ("Garage, Panel <a@x>, b@y", .missingDomain, 6), ("Garage, a@y <b@x>", .missingDomain, 6),
      ("Garage: a@y, Panel <b@x>", .group, 0), ("Garage: Panel <a@x>;", .group, 0),
      ("Garage: Hall, Panel <a@x>;", .missingDomain, 12),
      ("Garage,, Panel <a@x>", .missingDomain, 6),
      ("Garage, (x) , Panel <a@x>", .missingDomain, 6),
      ("Garage: : Panel <a@x>", .unexpectedByte, 8),
      ("Panel @ Garage <a@x>", .missingDomain, 5),
      ("a@x b@y", .unexpectedByte, 4),
      ("a@x <", .unexpectedByte, 5), ("a@x, b", .missingDomain, 6), ("b, a@x", .missingDomain, 1),
      ("G: a@x;", .group, 0), ("G:;", .group, 0), ("G: a@x", .unterminated, 6),
      (": a@x", .unexpectedByte, 0), ("G: H: a@x;;", .unexpectedByte, 4),
      ("G: a@x; b@y", .group, 0),
      // Spoofs: in doubt, nobody.
      ("alarm@panel.example <evil@x>", .otherAddress, 20),
      ("alarm@panel.example <alarm@panel.example> <evil@x>", .unexpectedByte, 42),
      ("'alarm@panel.example' <evil@x>", .otherAddress, 22),
      ("=?utf-8?Q?alarm@panel.example?= <evil@x>", .otherAddress, 32),
      ("=?utf-8?Q?alarm@panel.example_?= <alarm@panel.example>", .otherAddress, 33),
      ("=?utf-8?Q?alarm@panel.example=2E?= <alarm@panel.example>", .misleadingLocalPart, 0),
      ("=?utf-8?Q?alarm@panel.example?= x <alarm@panel.example>", .unexpectedByte, 32),
      ("=?utf-8?Q?alarm@panel.example?=", .unexpectedByte, 31),
      ("=?utf-8?Q?alarm@panel.example <alarm@panel.example>", .misleadingLocalPart, 0),
      ("=?utf-8?Q?alarm@panel.example?=, <alarm@panel.example>", .unexpectedByte, 31),
      ("'alarm@panel.example'", .unexpectedByte, 21), ("'a@x', 'b@y'", .unexpectedByte, 5),
      ("<@panel.example:evil@x>", .route, 1), ("<@relay.example,@hub.example:a@x>", .route, 1),
      ("\"alarm@panel.example\"@x", .misleadingLocalPart, 0),
      ("\"alarm@panel.example \"@x", .misleadingLocalPart, 0),
      ("\"a,b\"@x", .misleadingLocalPart, 0), ("P <\"<a>\"@x>", .misleadingLocalPart, 3),
      ("=?utf-8?Q?alarm=40panel.example=3E?=@x", .misleadingLocalPart, 0),
      ("<alarm@panel.example> <evil@x>", .unexpectedByte, 22),
      ("<alarm@panel.example><evil@x>", .unexpectedByte, 21),
      ("<<alarm@panel.example> evil@x>", .unexpectedByte, 1),
      ("<evil@x>, alarm@panel.example", .severalAddresses, 0),
      ("alarm@panel.example:evil@x", .unexpectedByte, 19),
      ("alarm@panel.example\\@x", .unexpectedByte, 19),
      ("alarm@panel.example(\"", .unterminated, 21),
      ("\"alarm@panel.example <evil@x>", .unterminated, 29),
      ("Alarm\" <alarm@panel.example>", .unterminated, 28),
      ("(alarm@panel.example <evil@x>", .unterminated, 29), ("(a\\", .unterminated, 3),
      ("alarm@panel.example)", .unexpectedByte, 19),
      ("alarm@panel.example\u{0}.evil", .unexpectedByte, 19),
      ("\"al\u{0}arm\" <alarm@panel.example>", .unexpectedByte, 3),
      ("(\u{0}) alarm@panel.example", .unexpectedByte, 1),
      ("alarm\u{0}@panel.example", .unexpectedByte, 5),
      ("alarm@panel.example\r\nX: y", .unexpectedByte, 19),
      ("evil@x\nFrom: alarm@panel.example", .unexpectedByte, 6),
      ("\"\t\"@panel.example", .unexpectedByte, 1),
    ] as [(String, FieldError.Reason, Int)])
  func rejects(field: String, reason: FieldError.Reason, offset: Int) {
    #expect(soleAddress(of: field) == .failure(FieldError(reason: reason, offset: offset)))
  }

  @Test(
    arguments: [
      (64, 255, nil), (65, 3, FieldError.Reason.tooLong), (3, 256, .tooLong),
      (400, 3, .tooLong), (3, 400, .tooLong),
    ])
  func boundsTheParts(local: Int, domain: Int, reason: FieldError.Reason?) {
    for quote in ["", "\""] {
      let address =
        quote + String(repeating: "a", count: local) + quote + "@"
        + String(repeating: "b", count: domain)
      var found: FieldError.Reason?
      if case .failure(let error) = soleAddress(of: address) { found = error.reason }
      #expect(found == reason)
    }
  }

  @Test(
    arguments: [
      ("", []), ("a@x, b@Y", ["a@x", "b@y"]), ("undisclosed-recipients:;", []),
      ("undisclosed-recipients:", []), ("root, a@x", ["a@x"]),
      ("a@x; b@y, c@z", ["a@x", "b@y", "c@z"]),
      ("a@x; b@y", ["a@x", "b@y"]), ("Garage, Panel <a@x>; b@y;", ["a@x", "b@y"]),
      ("root; a@x", ["a@x"]), ("a@x <a@x>, b@y.", ["a@x", "b@y"]), ("a@x <b@y>, c@z", ["c@z"]),
      ("G: a@x, \"N\" <b@y>;, c@z", ["a@x", "b@y", "c@z"]), ("G:a@x;c@z", ["a@x", "c@z"]),
      ("G: bad, a@x; , c@z", ["a@x", "c@z"]), ("a@x, \"b@y", ["a@x"]), ("<>, a@x", ["a@x"]),
    ] as [(String, [String])])
  func findsTheAddressesOfAList(field: String, addresses: [String]) {
    #expect(read(message("To: \(field)", "")).to == addresses)
  }

  @Test(
    arguments: [
      (["a@x", "b@y", "c@z"], ["a@x", "b@y", "c@z"]), (["", "a@x, b@y", ""], ["a@x", "b@y"]),
      (["\"a@x", "b@y", "bad", "c@z"], ["b@y", "c@z"]),
    ])
  func findsTheAddressesOfAllToFields(fields: [String], addresses: [String]) {
    let lines = fields.flatMap { message("TO: \($0)", "X: y") }
    #expect(read(lines + message("")).to == addresses)
  }

  @Test(arguments: [
    ["To: a@x, b@y, c@z"], ["To: a@x", "To: b@y, c@z"], ["To: a@x, b@y", "To: c@z"],
  ])
  func stopsWhereItIsAskedTo(lines: [String]) {
    var header = MessageHeader()
    header.receive(lines.flatMap { message($0) } + message(""))
    var count = 0
    header.forEachTo { _ in
      count += 1
      return count < 2
    }
    #expect(count == 2)
  }
}
