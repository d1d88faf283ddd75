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

  /// For a person: the Subject field, with an encoded word decoded where it is UTF-8 in base64.
  public var subject: String {
    for line in lines {
      if line.isEmpty { break }
      let text = String(decoding: line, as: UTF8.self)
      if text.lowercased().hasPrefix("subject:") {
        return text.dropFirst(8).split(separator: " ").map(decodedWord).joined(separator: " ")
      }
    }
    return ""
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

private func decodedWord(_ word: Substring) -> String {
  let parts = word.split(separator: "?", omittingEmptySubsequences: false)
  guard parts.count == 5, parts[0] == "=", parts[1].lowercased() == "utf-8",
    parts[2].lowercased() == "b", let data = Data(base64Encoded: String(parts[3]))
  else { return String(word) }
  return String(decoding: data, as: UTF8.self)
}
