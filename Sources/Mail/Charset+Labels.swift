import Bytes

extension Charset {
  // RFC 2047 asks for IANA's names. Mailers drop the "-", or write "_" for it, or put a blank or a
  // quote around a name.
  /// The charset with this label; a language after "*" (RFC 2231) is ignored.
  init(label: Span<UInt8>) {
    var label = label
    if let star = label.firstIndex(of: .ascii("*")) { label = label.extracting(..<star) }
    // A name that does not fit is longer than each of the names below.
    var letters = ByteBuffer<24>()
    for index in label.indices where label[index].isLetter || label[index].isDigit {
      letters.append(label[index].lowercased)
    }
    if letters.bytes.hasPrefix("x") { letters.removeFirst(1) }
    self = Self.named(letters.bytes)
  }

  private static func named(_ name: Span<UInt8>) -> Charset {
    guard !name.isEmpty, !name.isIn(unknownNames) else { return .unknown }
    if name.isIn(utf8Names) { return .utf8 }
    if name.isIn(utf7Names) { return .utf7 }
    var number: UInt8 = 0
    while let charset = MultiByteCharset(rawValue: number) {
      if name.isIn(charset.names) { return .multiByte(charset) }
      number += 1
    }
    number = 0
    while let charset = SingleByteCharset(rawValue: number) {
      if name.isIn(charset.names) { return .singleByte(charset) }
      number += 1
    }
    return .unknown
  }

  private static let utf8Names: StaticString = "utf8 unicode11utf8 unicode20utf8 cp65001 utf"
  private static let utf7Names: StaticString = "utf7 unicode11utf7 unicode20utf7 csutf7 cp65000"
  // US-ASCII says nothing about bytes over 127, and mailers put this label on all kinds of text.
  private static let unknownNames: StaticString = "usascii ascii ansix341968 isoir6 iso646us 646"
}

// The labels of the WHATWG Encoding Standard, section 4.2, without signs and a first "x"; and names in
// mail that it does not have. A name stands once.
extension SingleByteCharset {
  fileprivate var names: StaticString {
    switch self {
    // ISO-8859-1 is read as its superset, as in web browsers: nobody means its controls 0x80 to 0x9F, and
    // mailers put its name on Windows-1252 text.
    case .windows1252:
      """
      windows1252 cp1252 1252 iso88591 iso885911987 latin1 l1 isoir100 csisolatin1 cp819 ibm819 ansi
      """
    case .windows1250: "windows1250 cp1250 1250 win1250"
    case .windows1251: "windows1251 cp1251 1251 win1251 ansi1251"
    case .windows1253: "windows1253 cp1253 1253 win1253"
    case .windows1254:
      """
      windows1254 cp1254 1254 win1254 iso88599 iso885991989 latin5 l5 isoir148 csisolatin5
      """
    case .windows1255: "windows1255 cp1255 1255 win1255"
    case .windows1256: "windows1256 cp1256 1256 win1256"
    case .windows1257: "windows1257 cp1257 1257 win1257"
    case .windows1258: "windows1258 cp1258 1258 win1258"
    case .windows874: "windows874 cp874 874 dos874 iso885911 tis620 tis6200 tis6202533"
    case .iso8859part2: "iso88592 iso885921987 latin2 l2 isoir101 csisolatin2"
    case .iso8859part3: "iso88593 iso885931988 latin3 l3 isoir109 csisolatin3"
    case .iso8859part4: "iso88594 iso885941988 latin4 l4 isoir110 csisolatin4"
    case .iso8859part5: "iso88595 iso885951988 cyrillic isoir144 csisolatincyrillic"
    case .iso8859part6:
      """
      iso88596 iso885961987 iso88596e iso88596i csiso88596e csiso88596i arabic asmo708 ecma114 \
      isoir127 csisolatinarabic
      """
    case .iso8859part7:
      """
      iso88597 iso885971987 greek greek8 ecma118 elot928 suneugreek isoir126 csisolatingreek
      """
    case .iso8859part8:
      """
      iso88598 iso885981988 iso88598e iso88598i csiso88598e csiso88598i hebrew visual logical \
      isoir138 csisolatinhebrew
      """
    case .iso8859part10: "iso885910 latin6 l6 isoir157 csisolatin6"
    case .iso8859part13: "iso885913 latin7 l7"
    case .iso8859part14: "iso885914 latin8 l8 isoir199"
    case .iso8859part15: "iso885915 latin9 l9 csisolatin9 csiso885915"
    case .iso8859part16: "iso885916 latin10 l10 isoir226"
    case .koi8r: "koi8r koi8 koi cskoi8r cp20866"
    case .koi8u: "koi8u koi8ru cskoi8u cp21866"
    case .macintosh: "macintosh mac macroman csmacintosh"
    case .macCyrillic: "maccyrillic macukrainian"
    case .ibm437: "cp437 ibm437 437 cspc8codepage437"
    case .ibm850: "cp850 ibm850 850 cspc850multilingual"
    case .ibm852: "cp852 ibm852 852 cspcp852"
    case .ibm858: "cp858 ibm858 858 cp00858 ibm00858 ccsid00858"
    case .ibm866: "cp866 ibm866 866 csibm866"
    }
  }
}

extension MultiByteCharset {
  fileprivate var names: StaticString {
    switch self {
    // GB2312 and GBK are read as their superset, as in all readers: mailers put their names on it.
    case .gb18030:
      """
      gb2312 gbk gb18030 gb231280 gb2312801980 euccn chinese csgb2312 csgbk csgb18030 csiso58gb231280 \
      isoir58 cp936 ms936 windows936 936 gb180302000 gb180302005 gb180302022
      """
    case .hz: "hzgb2312 hz hzgb"
    case .big5:
      "big5 big5hkscs cnbig5 csbig5 xbig5 big5eten bigfive cp950 ms950 windows950 950 csbig5hkscs"
    case .eucKR:
      """
      euckr ksc56011987 ksc56011989 ksc5601 ksc56011992 ksx1001 korean cseuckr csksc56011987 \
      isoir149 windows949 cp949 ms949 949 uhc
      """
    case .iso2022KR: "iso2022kr csiso2022kr"
    case .shiftJIS:
      """
      shiftjis sjis sjiswin mskanji ms932 cp932 932 windows932 windows31j csshiftjis cswindows31j \
      cp943 cp943c ibm943 ibm943c
      """
    case .eucJP: "eucjp cseucpkdfmtjapanese eucjpms eucjpwin ujis cp51932"
    case .iso2022JP:
      "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpms csiso2022jp cp50220 cp50221"
    }
  }
}

extension Span<UInt8> {
  /// True if the bytes are one of the words of `list`, which are separated by blanks.
  fileprivate func isIn(_ list: StaticString) -> Bool {
    var start = 0
    var matches = true
    for index in 0...list.utf8CodeUnitCount {
      if index == list.utf8CodeUnitCount || list.byte(at: index) == .space {
        if matches, index - start == count { return true }
        (start, matches) = (index + 1, true)
      } else if index - start >= count || self[index - start] != list.byte(at: index) {
        matches = false
      }
    }
    return false
  }
}
