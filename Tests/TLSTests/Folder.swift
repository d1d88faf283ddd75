import Foundation
import POP3Simulator
import TLS

/// A folder that is removed at the end.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> [UInt8] { Array(url.appending(path: name).path.utf8) }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
    try Data(bytes).write(to: url.appending(path: name))
  }
}

/// The trust in these authorities and in nobody else.
func trust(_ pem: String...) throws -> TrustStore {
  let folder = try Folder()
  try folder.write("ca.pem", pem.joined().utf8)
  return try TrustStore(path: folder.path("ca.pem"))
}
