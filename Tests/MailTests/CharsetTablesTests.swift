import Bytes
import Mail
import TestSupport
import Testing

@Suite struct CharsetTablesTests {
  @Test func refusesOtherFiles() throws {
    let file = try CharsetTables.fileOfBoard()
    func flaw(_ bytes: [UInt8]) -> CharsetTables.Flaw? {
      do throws(CharsetTables.Flaw) {
        _ = try CharsetTables(bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(flaw(file) == nil)
    #expect(flaw([]) == .unknownFile)
    #expect(flaw(Array("root:x:0:0:root:/root:/bin/bash\n".utf8)) == .unknownFile)
    var other = file
    other[17] = 2
    #expect(flaw(other) == .unknownVersion(2))
    for length in Array(16..<90) + [1000, file.count - 1] {
      #expect(flaw(Array(file.prefix(length))) == .damaged, "\(length)")
    }
  }

  // Whatever is changed in it is refused, at once or when it is needed.
  @Test func refusesDamagedFiles() throws {
    let file = try CharsetTables.fileOfBoard()
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed of refusesDamagedFiles: \(seed)")
    var generator = SeededGenerator(seed: seed)
    let places =
      Array(0..<80) + (0..<40).map { _ in Int.random(in: 80..<file.count, using: &generator) }
    for place in places {
      var damaged = file
      damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      guard var tables = try? CharsetTables(damaged) else { continue }
      let isUsable = tables.isUsable()
      #expect(!isUsable, "place \(place), seed \(seed)")
    }
    var tables = try CharsetTables(file)
    let isUsable = tables.isUsable()
    #expect(isUsable)
  }

  @Test(arguments: [
    ("=?gb2312?Q?ALARM_=B1=A8=BE=AF_7?=", "ALARM \u{FFFD}\u{FFFD} 7", "gb2312"),
    ("=?Big5?Q?=C4=B5?=", "\u{FFFD}", "Big5"), ("=?big5?Q?ALARM?=", "ALARM", nil),
    ("\u{1B}$B7YJs\u{1B}(B 3", "\u{FFFD}\u{FFFD} 3", "ISO-2022-JP"),
    // Text that may be UTF-8 is not guessed at.
    ("=?gb2312*zh?Q?=E8=AD=A6?=", "\u{FFFD}\u{FFFD}", "gb2312*zh"), ("=?koi8-r?Q?=C1?=", "а", nil),
  ])
  func saysWhatCouldNotBeDecoded(subject: String, text: String, label: String?) throws {
    let message = message("Subject: \(subject)", "")
    var header = MessageHeader()
    header.receive(message)
    var undecoded = header.undecodedLabel.map { String(decoding: $0, as: UTF8.self) }
    #expect(Reading(header).subject == text)
    #expect(undecoded == label)
    header.reset()
    undecoded = header.undecodedLabel.map { String(decoding: $0, as: UTF8.self) }
    #expect(undecoded == nil)
    var other = MessageHeader(charsets: try CharsetTables.ofBoard())
    other.receive(message)
    #expect(other.undecodedLabel == nil)
  }

  @Test func saysWhichCharsetOfTheBodyCouldNotBeDecoded() throws {
    let type = message("Content-Type: text/plain; charset=\"GB2312\"")
    let mail = type + Array("Subject: ".utf8) + [0xB1, 0xA8] + message("", "")
    var header = MessageHeader()
    header.receive(mail)
    let undecoded = header.undecodedLabel.map { String(decoding: $0, as: UTF8.self) }
    #expect(Reading(header).subject == "±¨" && undecoded == "GB2312")
    // That of the next message is its own.
    header.reset()
    header.receive(Array("Subject: ".utf8) + [0xC1] + message("", ""))
    #expect(Reading(header).subject == "Á" && header.undecodedLabel == nil)
  }
}
