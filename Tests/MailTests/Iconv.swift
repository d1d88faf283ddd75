import Glibc

/// The C library's decoder, which shares nothing with ours.
@safe final class Iconv {
  private let descriptor: iconv_t

  /// nil where the library does not know the charset.
  init?(_ charset: String) {
    // SAFETY: the result is a pointer, or -1.
    guard let descriptor = unsafe iconv_open("UTF-8", charset),
      Int(bitPattern: descriptor) != -1
    else { return nil }
    unsafe self.descriptor = descriptor
  }

  deinit { unsafe iconv_close(descriptor) }

  /// The text of `bytes`; nil where they are none.
  func text(_ bytes: [UInt8]) -> String? {
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 256)
    var (inputLeft, outputLeft) = (input.count, output.count)
    unsafe iconv(descriptor, nil, nil, nil, nil)
    // SAFETY: both pointers are used only while their buffers are lent, within their counts.
    let isText = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        var (from, to) = (input.baseAddress, output.baseAddress)
        guard unsafe iconv(descriptor, &from, &inputLeft, &to, &outputLeft) == 0 else {
          return false
        }
        return unsafe iconv(descriptor, nil, nil, &to, &outputLeft) == 0
      }
    }
    guard isText else { return nil }
    return String(
      decoding: output.prefix(256 - outputLeft).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
