public import Foundation

/// A message as the server keeps it.
public struct Message: Sendable {
  public let uid: String
  /// With CRLF line ends, and one at the end.
  public let bytes: [UInt8]
  /// Where it came from; a committed deletion removes the file.
  public let file: URL?

  /// `bytes` may have LF or CRLF line ends.
  public init(uid: String, bytes: [UInt8], file: URL? = nil) {
    self.uid = uid
    self.bytes = withCRLF(bytes)
    self.file = file
  }

  public init(uid: String, _ text: String) {
    self.init(uid: uid, bytes: Array(text.utf8))
  }

  /// For a person: the Subject field unfolded, with encoded words decoded where they are UTF-8 in
  /// base64.
  public var subject: String {
    var field: String?
    for line in lines {
      let text = String(decoding: line, as: UTF8.self)
      if let begun = field {
        guard text.hasPrefix(" ") || text.hasPrefix("\t") else { break }
        field = begun + text
      } else if text.isEmpty {
        break
      } else if text.lowercased().hasPrefix("subject:") {
        field = String(text.dropFirst("subject:".count))
      }
    }
    return decoded(field ?? "")
  }

  /// Its lines, without their ends.
  var lines: [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A {
      lines.append(bytes[start..<(index - 1)])
      start = index + 1
    }
    return lines
  }

  /// As TOP and RETR send it, without the last line: the header, the empty line, and so many lines.
  func stuffed(bodyLines: Int = .max) -> [UInt8] {
    var output: [UInt8] = []
    var left: Int?
    for line in lines {
      if let some = left {
        if some == 0 { break }
        left = some - 1
      } else if line.isEmpty {
        left = bodyLines
      }
      if line.first == 0x2E { output.append(0x2E) }
      output += line
      output += [0x0D, 0x0A]
    }
    return output
  }
}

private func withCRLF(_ bytes: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  output.reserveCapacity(bytes.count + bytes.count / 32)
  for byte in bytes {
    if byte == 0x0A, output.last != 0x0D { output.append(0x0D) }
    output.append(byte)
  }
  if !output.isEmpty, output.last != 0x0A { output += [0x0D, 0x0A] }
  return output
}

/// Encoded words are joined without the blanks between them: RFC 2047 section 6.2.
private func decoded(_ text: String) -> String {
  var output = ""
  var wasEncoded = true
  for word in text.split(whereSeparator: \.isWhitespace) {
    let parts = word.split(separator: "?", omittingEmptySubsequences: false)
    let isUTF8 = parts.count == 5 && (parts[1] + parts[2]).lowercased() == "utf-8b"
    let data = isUTF8 ? Data(base64Encoded: String(parts[3])) : nil
    if !output.isEmpty, data == nil || !wasEncoded { output += " " }
    output += data.map { String(decoding: $0, as: UTF8.self) } ?? String(word)
    wasEncoded = data != nil
  }
  return output
}
