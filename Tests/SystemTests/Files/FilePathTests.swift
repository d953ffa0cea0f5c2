import Files
import Foundation
import TestSupport
import Testing

struct FilePathTests {
    let folder = TemporaryFolder()
    private var root: String { URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path }

    @Test func `links are followed to the file, over folders and to files that do not exist yet`() throws {
        try folder.write("", to: "real/state")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.file("folder"), withDestinationPath: "real")
        try files.createSymbolicLink(atPath: folder.file("first"), withDestinationPath: "folder/state")
        try files.createSymbolicLink(atPath: folder.file("second"), withDestinationPath: folder.file("first"))
        try files.createSymbolicLink(atPath: folder.file("dangling"), withDestinationPath: "folder/unborn")
        #expect(try FilePath.resolved(folder.file("second")) == "\(root)/real/state")
        #expect(try FilePath.resolved(folder.file("dangling")) == "\(root)/real/unborn")
        #expect(try FilePath.resolved(folder.file("folder/../new")) == "\(root)/new")
    }

    @Test func `a missing folder and links in a circle are errors`() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("a"), withDestinationPath: "b")
        try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: "a")
        #expect(throws: FileError(number: ELOOP)) { try FilePath.resolved(folder.file("a")) }
        #expect(throws: FileError(number: ENOENT)) { try FilePath.resolved(folder.file("nowhere/state")) }
    }

    @Test func `a file is made once, private, and never through a link`() throws {
        let path = folder.file("made")
        do {
            let file = try OpenFile.made(at: path)
            try file.write(Array("text".utf8))
        }
        #expect(try FileStatus(path).permissions == 0o600)
        #expect(FileManager.default.contents(atPath: path) == Data("text".utf8))
        #expect(isExisting { _ = try OpenFile.made(at: path) })
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "elsewhere")
        #expect(isExisting { _ = try OpenFile.made(at: folder.file("link")) })
        #expect(!FileManager.default.fileExists(atPath: folder.file("elsewhere")))
    }

    private func isExisting(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            return (error as? FileError)?.isExisting ?? false
        }
    }
}
