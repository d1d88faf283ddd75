import Bytes
import Platform

/// A message on its way into a Maildir. What fails is said at its end.
final class RunningArchive {
  /// What an archive leaves of a disk: the ledgers, without which nothing fires, may be on it.
  private static var margin: UInt64 { 1 << 20 }

  private var message: MaildirMessage?
  private var error: SystemError?

  /// Begins a message, in the place of one that did not end. One that is there already, since a
  /// crash, is not written again.
  func begin(_ name: [UInt8], in folder: [UInt8]) {
    message = nil
    error = nil
    do throws(SystemError) {
      let maildir = try Maildir(at: folder.span)
      guard try !maildir.contains(name.span) else { return }
      message = .some(try MaildirMessage(name.span, in: maildir))
    } catch {
      self.error = error
    }
  }

  func append(_ bytes: [UInt8]) {
    do throws(SystemError) { try message?.append(bytes.span, margin: Self.margin) } catch {
      self.error = error
      message = nil
    }
  }

  /// Makes the message last. Returns why it could not.
  func end() -> SystemError? {
    guard error == nil, let message = message.take() else { return error }
    do throws(SystemError) { try message.finish() } catch { return error }
    return nil
  }
}
