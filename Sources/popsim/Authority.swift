import Foundation
import POP3Simulator

/// The authority that clients are to trust, as a file, and the server's identity.
struct Authority {
  let path: String
  let identity: TLSIdentity
  private let removable: URL?

  /// An empty folder's name means a new one; nil, that no file is wanted.
  init(folder: String?) throws {
    let authority = CertificateAuthority()
    identity = authority.issue()
    guard let folder else {
      path = ""
      removable = nil
      return
    }
    let url =
      folder.isEmpty
      ? FileManager.default.temporaryDirectory.appending(path: "popsim-\(UUID().uuidString)")
      : URL(filePath: folder)
    removable = folder.isEmpty ? url : nil
    let file = url.appending(path: "ca.pem")
    path = file.path
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try Data(authority.pem.utf8).write(to: file)
    } catch {
      throw Refusal("cannot write \(file.path): \(error.localizedDescription)")
    }
  }

  func remove() {
    if let removable { try? FileManager.default.removeItem(at: removable) }
  }
}
