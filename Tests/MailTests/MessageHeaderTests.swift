import Bytes
import Mail
import TestSupport
import Testing

/// A header block, and what it says; `extras` asks for X-Zone and for Date.
struct HeaderFixture: Sendable, CustomTestStringConvertible {
  var name: String
  var header: String
  var subject = ""
  var from: String?
  var zone: String?

  init(
    _ name: String, _ header: String, subject: String = "", from: String? = nil, zone: String? = nil
  ) {
    (self.name, self.header, self.subject, self.from, self.zone) = (
      name, header, subject, from, zone
    )
  }

  var testDescription: String { name }

  /// The header with CRLF for each LF.
  var stream: [UInt8] { header.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }

  static let all = [
    HeaderFixture("empty", "\n"),
    HeaderFixture("one field", "Subject: a\n\n", subject: "a"),
    HeaderFixture(
      "names in any case", "sUBJECT:a\nFROM:a@x\nx-zOnE:1\n\n", subject: "a", from: "a@x", zone: "1"
    ),
    HeaderFixture(
      "blanks before the colon", "Subject \t: a\nX-Zone : 1\n\n", subject: "a", zone: "1"),
    HeaderFixture("folded", "Subject: a\n b\n\t c\nX-Zone:\n 1\n\n", subject: "a b c", zone: "1"),
    HeaderFixture("folded with a line of blanks", "Subject: a\n \n b\n\n", subject: "a b"),
    HeaderFixture("folded before the value", "Subject:\n  \n a\n\n", subject: "a"),
    HeaderFixture("empty value", "Subject:\nX-Zone: \n\n", zone: ""),
    HeaderFixture("colons in the value", "Subject: a: b:\n\n", subject: "a: b:"),
    HeaderFixture("names that only begin alike", "Subjects: a\nSubjec: b\nX-Subject: c\n\n"),
    HeaderFixture(
      "the topmost counts", "Subject: a\nX-Zone: 1\nSubject: b\n c\nX-Zone: 2\n\n", subject: "a",
      zone: "1"),
    HeaderFixture("the topmost counts, even empty", "Subject:\nSubject: b\n\n"),
    HeaderFixture(
      "mbox", "From a@y Tue Nov 10 03:14:22 2026\nFrom: a@x\n>From a@z: b\n\n", from: "a@x"),
    HeaderFixture("what is folded under rubbish", "rubbish\n Subject: a\nX-Zone: 1\n\n", zone: "1"),
    HeaderFixture("what is folded under nothing", " Subject: a\nX-Zone: 1\n\n", zone: "1"),
    HeaderFixture("rubbish goes with the field above", "Subject: a\nrubbish\n b\n\n", subject: "a"),
    HeaderFixture("no name", ": a\nSubject: b\n\n", subject: "b"),
    HeaderFixture("names with other bytes", "Süb: a\nSub\u{1}ject: b\nSubject x: c\n\n"),
    HeaderFixture(
      "CR by itself", "Subject: a\rb\r\r\n\rX-Zone: 1\nX-Zone: 2\n\n", subject: "a b",
      zone: "2"),
    HeaderFixture(
      "CR before the empty line", "Subject: a\n\r\nX-Zone: 1\n\n", subject: "a"),
    HeaderFixture(
      "NUL", "Subject: a\u{0}b\nSub\u{0}ject: c\n\u{0}\nX-Zone: 1\n\n", subject: "a b", zone: "1"),
    HeaderFixture("two From", "From: a@x\nfrom: a@x\n\n"),
    HeaderFixture("two From, one empty", "From: a@x\nFrom\t:\n\n"),
    HeaderFixture("two addresses in From", "From: a@x,\n b@x\n\n"),
    HeaderFixture("folded From", "From: \"A\n B\"\n <a@x>\n\n", from: "a@x"),
    HeaderFixture("LF in From", "From: a@x\u{B}\n\n"),
    HeaderFixture("UTF-8", "Subject: Tür\nX-Zone: €\n\n", subject: "Tür", zone: "€"),
    HeaderFixture(
      "what nobody sees",
      "Subject: =?utf-8?Q?Tu=CC=88_r=C2=AD=C2=A0?= \u{202E}x\nX-Zone: \u{202E}\n\n",
      subject: "Tü r x", zone: ""),
  ]
}

@Suite struct MessageHeaderTests {
  private static let extras = ["x-zone", "Date"].map { Array($0.utf8) }

  @Test(arguments: HeaderFixture.all)
  func readsAStreamHoweverItArrives(fixture: HeaderFixture) {
    for body in ["", "\r\n", "Subject: body\r\nFrom: body@x\r\n\r\n", " body"] {
      forEachSplit(of: fixture.stream + Array(body.utf8)) { parts in
        var header = MessageHeader(extraFields: Self.extras)
        for part in parts { header.receive(part) }
        let isComplete = header.isComplete
        #expect(isComplete)
        header.finish()
        let reading = Reading(header, extras: 2)
        #expect(reading.subject == fixture.subject)
        #expect(reading.from == fixture.from)
        #expect(reading.extras == [fixture.zone, nil])
      }
    }
  }

  // GreenMail gives bare LF in replies that end in CRLF; some mailers send CR CR LF.
  @Test(arguments: HeaderFixture.all, ["\n", "\r\r\n", "\r\r\r\n"])
  func readsTheSameWhateverEndsALine(fixture: HeaderFixture, lineEnd: String) {
    let extras = ["X-Zone", "Date"]
    let stream = fixture.header.utf8.flatMap { $0 == 0x0A ? Array(lineEnd.utf8) : [$0] }
    #expect(read(stream, extras: extras) == read(fixture.stream, extras: extras))
  }

  // Exchange Online puts a byte order mark in front of messages.
  @Test(arguments: HeaderFixture.all)
  func passesOverAByteOrderMark(fixture: HeaderFixture) {
    let reading = read(fixture.stream, extras: ["X-Zone", "Date"])
    let marks: [UInt8] = [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF]
    #expect(read(marks + fixture.stream, extras: ["X-Zone", "Date"]) == reading)
    forEachSplit(of: [0xEF, 0xBB, 0xBF] + fixture.stream) { parts in
      var header = MessageHeader(extraFields: Self.extras)
      for part in parts { header.receive(part) }
      header.finish()
      #expect(Reading(header, extras: 2) == reading)
    }
  }

  @Test(arguments: [[0xEF], [0xEF, 0xBB], [0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0xEF, 0xBB]])
  func takesOtherBytesInFrontForTheirLine(bytes: [UInt8]) {
    let reading = read(bytes + message("Subject: a", "From: a@x", ""))
    #expect(reading.subject == "")
    #expect(reading.from == "a@x")
  }

  @Test(
    arguments: [
      ("From: a@x\r\n", nil), ("Subject: a\r\n", .noField),
      ("From: a@x\r\nFrom: a@x\r\n", .severalFields), ("From: a@x\r\nfrom\t:\r\n", .severalFields),
      ("From : a@x\r\n", .blankBeforeColon), ("From\t: a@x\r\n", .blankBeforeColon),
      // Written behind a bare LF it is a field; behind a CR, some readers take it for one.
      ("Subject: a\nFrom: b@x\r\nFrom: a@x\r\n", .severalFields),
      ("From: a@x\r\nSubject: a\rFrom: b@x\r\n", .hiddenField),
      ("Subject: a\r\rfROM \t: b@x\r\nFrom: a@x\r\n", .hiddenField),
      ("rubbish\rfrom:\r\nFrom: a@x\r\n", .hiddenField),
      ("Subject: a\rFromage: b\r From: c\rfro\rm:\r\nFrom: a@x\r\n", nil),
      ("From: a@x\r\n\r\n\rFrom: b@x\r\n", nil), ("X: a\rfro\r\nm: b\r\nFrom: a@x\r\n", nil),
      ("From: a@x\rb\r\n", .value(FieldError(reason: .unexpectedByte, offset: 3))),
      ("From: a@x, b@x\r\n", .value(FieldError(reason: .severalAddresses, offset: 0))),
      ("From: (\(String(repeating: "c", count: 2048))) a@x\r\n", .tooLong),
    ] as [(String, SenderProblem?)])
  func saysWhyThereIsNoSender(fields: String, problem: SenderProblem?) {
    forEachSplit(of: Array(fields.utf8)) { parts in
      guard parts.count < 1000 else { return }
      var header = MessageHeader()
      for part in parts { header.receive(part) }
      header.finish()
      let reading = Reading(header)
      #expect(reading.senderProblem == problem)
      #expect((reading.from == nil) == (problem != nil))
    }
  }

  @Test(arguments: [
    "Subject: a\r\n", "Subject: a", "Subject: a\r", "Subject: a\r\nFrom", "Subject: a\r\nFrom ",
  ])
  func isCompleteAtTheEndWithoutAnEmptyLine(stream: String) {
    var header = MessageHeader()
    header.receive(stream.utf8)
    let wasComplete = header.isComplete
    #expect(!wasComplete)
    header.finish()
    let isComplete = header.isComplete
    #expect(isComplete)
    #expect(text(header.subject) == "a")
    let occurrences = header.occurrences(of: .from)
    #expect(occurrences == 0)
  }

  @Test func startsAnewAfterReset() {
    var header = MessageHeader(extraFields: Self.extras)
    let empty = Reading(header, extras: 2)
    header.receive(
      message(
        "Received: a; 1 Jan 2026 00:00 GMT", "Subject: a", "From: a@x", "To: b@x", "Date: now",
        "Message-ID: <1>", "Reply-To: c@x", "X-Zone: \(String(repeating: "1", count: 3000))", ""))
    #expect(Reading(header, extras: 2) != empty)
    header.reset()
    let isComplete = header.isComplete
    #expect(!isComplete)
    #expect(Reading(header, extras: 2) == empty)
    header.finish()
    var finished = empty
    finished.senderProblem = .noField
    #expect(Reading(header, extras: 2) == finished)
    header.reset()
    header.receive("X-Zone: 2\r".utf8)
    header.reset()
    header.receive("\nSubject: b\r\n".utf8)
    header.reset()
    header.receive(" c\r\nX-Zone: 3\r\n\r\n".utf8)
    let (subject, isTruncated) = (text(header.subject), header.isTruncated(.extra(0)))
    #expect(subject == "")
    #expect(!isTruncated)
    #expect(Reading(header, extras: 1).extras == ["3"])
  }

  @Test func findsExtraFieldsThatAreKnownOrTwiceInTheList() {
    let extras = ["SUBJECT", "X-A", "x-a", "Received", String(repeating: "x", count: 78)]
    let long = String(repeating: "x", count: 78) + ": 1"
    let reading = read(
      message("Received: by b", "Subject: =?utf-8?q?s?=", "X-A: =?utf-8?q?a?=", long, ""),
      extras: extras)
    #expect(reading.extras == ["s", "a", "a", "by b", nil])
  }

  @Test func keepsThePrefixOfALongLineAndStaysInStep() {
    var header = MessageHeader()
    header.receive("Subject: ".utf8)
    for _ in 0..<100_000 { header.receive((0..<100).map { 0x61 + UInt8($0 % 26) }) }
    header.receive("\r\nFrom: a@x\r\n\r\n".utf8)
    let subject = text(header.subject)
    #expect(subject.utf8.count == Limits.text)
    #expect(subject.hasPrefix("abcdefghijklmnopqrstuvwxyzabc"))
    let kept = header.value(of: .subject).count
    #expect(kept == Limits.fieldValue)
    let (isTruncated, from) = (header.isTruncated(.subject), Reading(header).from)
    #expect(isTruncated)
    #expect(from == "a@x")
  }

  @Test func readsHeadersWithoutEnd() {
    var header = MessageHeader()
    for _ in 0..<100_000 { header.receive(message("Subject: a", "X: b", "Received: c")) }
    let isComplete = header.isComplete
    #expect(!isComplete)
    header.receive(message("From: a@x", ""))
    let (occurrences, subject) = (header.occurrences(of: .subject), text(header.subject))
    #expect(occurrences == 255)
    #expect(subject == "a")
    #expect(Reading(header).from == "a@x")
  }

  @Test(arguments: [2047, 2048, 2049])
  func knowsWhetherAValueWasCut(count: Int) {
    let value = String(repeating: "a", count: count)
    var header = MessageHeader()
    header.receive(message("Subject: \(value)", "From: (\(value.dropLast(5))) a@x", ""))
    let (subject, from) = (header.isTruncated(.subject), Reading(header).from)
    #expect(subject == (count > Limits.fieldValue))
    #expect(from == (count > Limits.fieldValue - 1 ? nil : "a@x"))
  }

  @Test func hasNoSenderWhereFromWasCut() {
    let domain = String(repeating: "x", count: 100)
    for (padding, from) in [(1900, "a@\(domain)"), (2000, nil)] {
      let comment = String(repeating: "c", count: padding)
      #expect(read(message("From: (\(comment))a@\(domain)", "")).from == from)
    }
  }

  @Test func passesOverTheLastAddressOfAListThatWasCut() {
    let list = Array(repeating: "alarm@panel.example.net", count: 100).joined(separator: ", ")
    let reading = read(message("To: \(list)", ""))
    #expect(
      reading.to == Array(repeating: "alarm@panel.example.net", count: Limits.fieldValue / 25))
  }

  @Test(
    arguments: [
      ("DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", "X-IMAP: 1763284800 0000000042", true),
      ("Don't delete this message -- folder internal data ", "x-imapbase : 1 2", true),
      ("DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", "X-IMAPS: 1", false),
      ("DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", "X-Other: X-IMAP: 1", false),
      ("ALARM folder internal data", "X-IMAP: 1", false), ("", "X-IMAP: 1", false),
      ("Re: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", "X-IMAP: 1", false),
    ])
  func knowsTheMessageOfIMAPServers(subject: String, field: String, isInternal: Bool) {
    let subject = "Subject: \(subject)"
    #expect(read(message(subject, field, "")).isFolderInternalData == isInternal)
    #expect(read(message(field, subject, "")).isFolderInternalData == isInternal)
  }

  @Test func givesEachMessageAnotherIdentity() {
    let messages = [
      message(""), message("Message-ID: a"), message("Date: a"), message("Received: a"),
      message("Message-ID: aa"), message("Message-ID: a", "Date: a"),
      message("Message-ID: a", "Received: a"), message("Date: a", "Received: a"),
      message("Message-ID: a", "Date: a", "Received: a"),
      message("Message-ID: \(String(repeating: "a", count: 256))"),
    ]
    let identities = messages.map { read($0).identity }
    #expect(Set(identities).count == messages.count)
    #expect(identities[5] == [0, 1, 0x61, 0, 1, 0x61, 0, 0])
    #expect(identities[9].prefix(2) == [1, 0])
  }

  @Test func givesTheSameIdentityForTheSameFields() {
    let a = read(message("Received: a", "Date: b", "MESSAGE-ID:<c>\t", "Subject: a", ""))
    let b = read(message("Subject: b", "Message-Id: <c>", "Received: a", "Received: d", "Date: b"))
    #expect(a.identity == b.identity)
  }
}
