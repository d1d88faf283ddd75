import Bytes
import Mail
import TestSupport
import Testing

/// Whatever is sent, it is read, within its bounds.
@Suite struct FuzzTests {
  private static let tokens: [[UInt8]] =
    [
      "\r\n", "\r\n", "\r\n ", "\r", "\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "<", ">", "@",
      "\"", "\\",
      "(", ")", "[", "]", ".", "a", "x@y", "Subject: ", "From: ", "To: ", "Reply-To: ", "Date: ",
      "Message-ID: ", "Received: ", "X-Zone: ", "=?", "?=", "=?utf-8?q?", "=?utf-8?b?",
      "=?koi8-r?b?",
      "=?iso-8859-2?q?", "=?windows-1252?q?", "=?x?q?", "=", "=E2", "=82=AC", "=00", "=0A", "4oKs",
      "10 Nov 2026 03:14:22 +0100", "Feb", "99", "+", "-0000", "€", "🚪",
      String(repeating: "long ", count: 300), String(repeating: "=FF", count: 400),
    ].map { Array($0.utf8) } + [[0], [0xFF], [0x80], [0xC3], [0x7F], [0x1B]]

  private static func stream(_ generator: inout SeededGenerator) -> [UInt8] {
    var stream: [UInt8] = []
    for _ in 0..<Int.random(in: 1...40, using: &generator) {
      stream += tokens.randomElement(using: &generator) ?? []
      if Int.random(in: 0..<8, using: &generator) == 0 {
        stream.append(UInt8.random(in: 0...255, using: &generator))
      }
    }
    return stream
  }

  private func expectInBounds(_ text: Span<UInt8>, over limit: Int) -> Bool {
    var isSound = text.count <= limit
    for index in text.indices where text[index].isControl { isSound = false }
    return isSound
  }

  @Test func readsAnything() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of readsAnything: \(seed)")
    var generator = SeededGenerator(seed: seed)
    var reused = MessageHeader(extraFields: [Array("X-Zone".utf8)])
    for _ in 0..<3000 {
      let stream = Self.stream(&generator)
      reused.reset()
      reused.receive(stream)
      reused.finish()
      #expect(Reading(reused, extras: 1) == read(stream, extras: ["X-Zone"]), "seed \(seed)")
      var isSound = expectInBounds(reused.subject, over: Limits.text)
      if let extra = reused.extra(0) {
        isSound = isSound && expectInBounds(extra, over: Limits.text)
      }
      if let from = reused.from { isSound = isSound && expectInBounds(from, over: 320) }
      reused.forEachTo {
        isSound = isSound && expectInBounds($0, over: 320)
        return true
      }
      #expect(isSound, "seed \(seed)")
      _ = try? Date(parsing: stream.span)
    }
  }

  @Test func readsMailsThatWereDamaged() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of readsMailsThatWereDamaged: \(seed)")
    var generator = SeededGenerator(seed: seed)
    for mail in MailFile.all {
      let whole = try contents(ofMail: mail.name)
      for _ in 0..<20 {
        var stream = whole
        for _ in 0..<8 {
          let place = Int.random(in: stream.indices, using: &generator)
          stream[place] = UInt8.random(in: 0...255, using: &generator)
        }
        stream.removeSubrange(Int.random(in: stream.indices, using: &generator)...)
        let reading = read(stream)
        #expect(reading.subject.utf8.count <= 3 * Limits.text, "seed \(seed)")
      }
    }
  }
}
