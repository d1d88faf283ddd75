import Bytes
internal import CPlatform

/// Why popbell cannot write a Maildir, and as whom it would.
public struct MaildirProblem: Error, Sendable {
  public let number: ErrorNumber
  /// The name of the user, or the number.
  public let user: [UInt8]
}

/// Throws where no Maildir can be written at `path`, or made in the folder above it: `notFound`
/// where that is missing too.
///
/// Root asks for the user to whom the folder `state` belongs: it is popbell's when it runs.
public func checkMaildir(
  _ path: Span<UInt8>, asOwnerOf state: Span<UInt8>
) throws(MaildirProblem) {
  var user = InlineArray<33, UInt8>(repeating: 0)
  var span = user.mutableSpan
  // SAFETY: the library reads and writes at most as many bytes as it is told, and keeps no pointer.
  let result = unsafe path.withUnsafeBufferPointer { path in
    unsafe state.withUnsafeBufferPointer { state in
      unsafe span.withUnsafeMutableBufferPointer { user in
        unsafe pb_maildir_check(
          path.baseAddress, path.count, state.baseAddress, state.count, user.baseAddress,
          user.count)
      }
    }
  }
  guard result < 0 else { return }
  throw MaildirProblem(number: ErrorNumber(rawValue: -result), user: [UInt8](field: &user))
}
