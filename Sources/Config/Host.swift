import Bytes

/// True if the text is a host name or an IP address.
func isHost(_ text: Span<UInt8>) -> Bool {
  if text.firstIndex(of: .ascii(":")) != nil { return ipv6(text) != nil }
  return isIPv4(text) || isHostName(text)
}

/// True if the host is certainly this machine: `localhost`, 127.0.0.0/8 or `::1`.
func isLoopback(_ text: Span<UInt8>) -> Bool {
  if text.equalsIgnoringCase("localhost") { return true }
  if isIPv4(text) { return text.hasPrefix("127.") }
  return ipv6(text) == [UInt8](repeating: 0, count: 15) + [1]
}

// name  = label *( "." label ) ["."]                 ; RFC 1123 section 2.1
// label = 1*63( letter / digit / "-" / "_" )         ; "_" is in names of private networks
/// True if the text is a host name. Its last label must not be a number, as resolvers read `127.1` as an
/// address.
private func isHostName(_ text: Span<UInt8>) -> Bool {
  guard text.count <= Limits.host else { return false }
  var length = 0
  var isNumber = true
  for index in text.indices {
    let byte = text[index]
    if byte == .ascii("."), length > 0 {
      if index + 1 < text.count { (length, isNumber) = (0, true) }
    } else if byte.isLetter || byte.isDigit || byte == .ascii("-") || byte == .ascii("_") {
      length += 1
      isNumber = isNumber && byte.isDigit
      guard length <= 63, byte != .ascii("-") || length > 1 else { return false }
    } else {
      return false
    }
  }
  return length > 0 && !isNumber
}

// IPv4address = dec-octet 3( "." dec-octet )         ; RFC 3986 section 3.2.2
private func isIPv4(_ text: Span<UInt8>) -> Bool {
  var start = 0
  for octet in 1...4 {
    let end = text.firstIndex(of: .ascii("."), from: start) ?? text.count
    let digits = text.extracting(start..<end)
    let isZeroFilled = digits.count > 1 && digits[0] == .ascii("0")
    guard UInt8(decimal: digits) != nil, !isZeroFilled, (end == text.count) == (octet == 4) else {
      return false
    }
    start = end + 1
  }
  return true
}

// IPv6address = 8 groups of h16 between ":", one run of zeros as "::"    ; RFC 3986 section 3.2.2
// A zone may follow: "%" 1*OCTET                                         ; RFC 4007 section 11
/// The 16 bytes of an IPv6 address; nil if the text is not one. An IPv4 address at its end is not accepted.
private func ipv6(_ text: Span<UInt8>) -> [UInt8]? {
  let end = text.firstIndex(of: .ascii("%")) ?? text.count
  guard end == text.count || end + 1 < text.count else { return nil }
  var bytes: [UInt8] = []
  var gap: Int?
  var index = 0
  if end >= 2, text.hasPrefix("::") { (gap, index) = (0, 2) }
  while index < end {
    guard let group = hexadecimalGroup(text, at: &index, end) else { return nil }
    bytes.append(bigEndian: group, size: 2)
    guard bytes.count <= 16 else { return nil }
    if index == end { break }
    guard text[index] == .ascii(":") else { return nil }
    index += 1
    if index < end, text[index] == .ascii(":") {
      guard gap == nil else { return nil }
      gap = bytes.count
      index += 1
    } else if index == end {
      return nil
    }
  }
  guard let gap else { return bytes.count == 16 ? bytes : nil }
  guard bytes.count < 16 else { return nil }
  var address = [UInt8](bytes.span.extracting(..<gap))
  while address.count < gap + 16 - bytes.count { address.append(0) }
  address.append(bytes.span.extracting(gap...))
  return address
}

private func hexadecimalGroup(_ text: Span<UInt8>, at index: inout Int, _ end: Int) -> UInt64? {
  var value: UInt64 = 0
  var digits = 0
  while index < end, let digit = hexadecimalValue(of: text[index]) {
    guard digits < 4 else { return nil }
    value = value << 4 | UInt64(digit)
    digits += 1
    index += 1
  }
  return digits > 0 ? value : nil
}
