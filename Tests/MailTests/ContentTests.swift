import Bytes
import Mail
import TestSupport
import Testing

/// What `lines` count as: each of the six fields after its length in four bytes.
private func content(_ values: String...) -> [UInt8] {
  values.flatMap { value in
    let bytes = Array(value.utf8)
    return [0, 0, UInt8(bytes.count / 256), UInt8(bytes.count % 256)] + bytes
  }
}

@Suite struct ContentTests {
  @Test func isTheSixFieldsAsTheyWereSent() {
    let reading = read(
      message(
        "Received: by c; d", "Received: by b;\r\n\tc", "Received: by a;  \t b ",
        "Message-ID: <1>", "Date: d", "From: \"A  B\" <a@x>", "Subject: =?utf-8?q?a?=\r\n  b",
        "Subject: c", "To: b@x,\r\n c@x", "Reply-To: e@x", ""))
    #expect(
      reading.content
        == content(
          "<1>", "d", "\"A B\" <a@x>", "=?utf-8?q?a?= b", "b@x, c@x", "by a; b"))
  }

  @Test(arguments: [
    (["Message-ID: 1"], content("1", "", "", "", "", "")),
    (["Date: 1"], content("", "1", "", "", "", "")),
    (["Received: 1"], content("", "", "", "", "", "1")),
    (["Received: 2", "Received: 1"], content("", "", "", "", "", "1")),
    (["Received: 1", "Received:"], nil), (["Message-ID: ", "Date:\t"], nil),
    (["Subject: a", "From: a@x", "To: b@x"], nil), ([], nil),
  ])
  func isSilentWhereNothingTellsTheMessageFromOthers(lines: [String], content: [UInt8]?) {
    let stream = (lines + [""]).flatMap { message($0) }
    forEachSplit(of: stream) { parts in
      var header = MessageHeader()
      for part in parts { header.receive(part) }
      #expect(Reading(header).content == content)
    }
  }

  // However a server folds and cuts, and wherever the buffer ends.
  @Test(arguments: [0, 1, 1000, 1023, 1024, 1025, 2047, 2048, 2049, 3000, 70_000])
  func doesNotDependOnFoldingNorOnTheBuffer(length: Int) {
    let words = String((0..<length).map { $0 % 8 == 7 && $0 + 1 < length ? " " : "a" })
    let folded = words.split(separator: " ").joined(separator: "\r\n\t ")
    func content(_ subject: String) -> [UInt8]? {
      read(message("Date: d", "Subject: \(subject)", "To: c@x", "")).content
    }
    #expect(content(words) == content(folded))
    #expect(content(words) == content(" \(words)\t"))
    #expect(content(words) != content(words + "a"))
    #expect(length == 0 || content(words) != content(words.dropLast() + "b"))
    #expect((content(words)?.count ?? 0) < 1200)
  }

  @Test func knowsTheFirstServersLine() {
    var header = MessageHeader()
    header.receive(
      message(
        "Received: c; 2 Jan 2026 00:00 GMT", "Subject: a", "Received: a; 1 Jan 2026 00:00 GMT", ""))
    #expect(header.receivedDate?.secondsSince1970 == 1_767_312_000)
    let value = text(header.value(of: .firstReceived))
    #expect(value == "a; 1 Jan 2026 00:00 GMT")
    header.reset()
    header.receive(message("Date: d", ""))
    #expect(Reading(header).content == content("", "d", "", "", "", ""))
  }
}
