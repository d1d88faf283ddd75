import Bytes
import Mail
import TestSupport

import struct Foundation.Data
import struct Foundation.URL

/// What a header says, in a form that can be compared.
struct Reading: Equatable {
  var subject = ""
  var from: String?
  var senderProblem: SenderProblem?
  var to: [String] = []
  var date = ""
  var messageID = ""
  var receivedDate: Int64?
  var extras: [String?] = []
  var identity: [UInt8] = []
  var content: [UInt8]?
  var isFolderInternalData = false

  init(_ header: borrowing MessageHeader, extras count: Int = 0) {
    subject = text(header.subject)
    if let address = header.from { from = text(address) }
    senderProblem = header.senderProblem
    var (to, identity) = ([String](), [UInt8]())
    header.forEachTo {
      to.append(text($0))
      return true
    }
    header.forEachIdentityByte { identity.append($0) }
    (self.to, self.identity) = (to, identity)
    var content: [UInt8] = []
    if header.forEachByteOfContent({ content.append($0) }) { self.content = content }
    date = text(header.date)
    messageID = text(header.messageID)
    receivedDate = header.receivedDate?.secondsSince1970
    for index in 0..<count {
      if let extra = header.extra(index) { extras.append(text(extra)) } else { extras.append(nil) }
    }
    isFolderInternalData = header.isFolderInternalData
  }
}

extension MessageHeader {
  mutating func receive(_ bytes: some Sequence<UInt8>) {
    receive(Array(bytes).span)
  }
}

/// What `message` says when it is read whole and the end is told.
func read(
  _ message: some Sequence<UInt8>, extras: [String] = [], charsets: CharsetTables = .none
) -> Reading {
  var header = MessageHeader(extraFields: extras.map { Array($0.utf8) }, charsets: charsets)
  header.receive(message)
  header.finish()
  return Reading(header, extras: extras.count)
}

/// `lines` with CRLF behind each.
func message(_ lines: String...) -> [UInt8] {
  lines.flatMap { Array($0.utf8) + [0x0D, 0x0A] }
}

func contents(ofMail name: String) throws -> [UInt8] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  let file = folder.appendingPathComponent("../Fixtures/mail/\(name).eml")
  return try Array(Data(contentsOf: file))
}

extension CharsetTables {
  /// Those that the package installs; their sum is checked here, and not by each who has a copy.
  static func ofBoard() throws -> CharsetTables {
    guard let tables = shared else { throw MissingTables() }
    return tables
  }

  private struct MissingTables: Error {}

  private static let shared: CharsetTables? = {
    guard let bytes = try? fileOfBoard(), var tables = try? CharsetTables(bytes) else { return nil }
    return tables.isUsable() ? tables : nil
  }()

  init(_ bytes: [UInt8]) throws(Flaw) { try self.init(size: bytes.count) { bytes[$0] } }

  static func fileOfBoard() throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try Array(Data(contentsOf: folder.appendingPathComponent("../../board/charset-tables")))
  }
}
