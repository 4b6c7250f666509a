import Testing

@testable import FileKit

@Suite("Walking through trees")
struct TreeWalkTests {
  @Test("shows a directory, all that is in it, then what follows")
  func order() throws {
    var tree = SampleTree(["b", "a/x/1", "a.txt", "a/y", "e/"])
    #expect(try tree.walk() == ["a/", "a/x/", "a/x/1", "a/y", "a.txt", "b", "e/"])
  }

  @Test("lists only where a pattern may find something")
  func pattern() throws {
    var tree = SampleTree(["in/a.csv", "in/b.txt", "in/deep/c.csv", "out/d.csv", "top.csv"])
    #expect(try tree.walk("in/*.csv") == ["in/", "in/a.csv"])
    #expect(tree.listings == 2)
    var second = SampleTree(["in/a.csv", "in/b.txt", "in/deep/c.csv", "out/d.txt", "top.csv"])
    #expect(try second.walk("**/c.csv") == ["in/", "in/deep/", "in/deep/c.csv"])
  }

  @Test("tells of directories that cannot be listed, behind those they are in")
  func unreadable() throws {
    var tree = SampleTree(["a/b/c", "a/d"])
    tree.unreadable = [RemotePath("a/b")]
    #expect(try tree.walk() == ["a/", "a/b/", "a/b!", "a/d"])
    #expect(try tree.walk("**/c") == ["a/", "a/b/", "a/b!"])
    tree.unreadable = [RemotePath("")]
    #expect(try tree.walk() == ["!"])
  }

  @Test("leaves out what nobody wants")
  func prune() {
    var tree = SampleTree(["a/b/c", "a/d", "e"])
    var walk = TreeWalk()
    #expect(tree.next(&walk)?.path == RemotePath("a"))
    walk.prune()
    #expect(tree.next(&walk)?.path == RemotePath("e"))
    walk.prune()
    #expect(tree.next(&walk) == nil)
    #expect(tree.listings == 1)
  }

  @Test("refuses names that lead elsewhere, and shows a name once")
  func hostile() {
    var walk = TreeWalk()
    #expect(walk.next() == .list(RemotePath("")))
    let entry = FileEntry(path: RemotePath("x"), kind: .file)
    let up = FileEntry(path: RemotePath("a/.."), kind: .directory)
    walk.give([entry, up, entry], refused: [.separator(Array("../x".utf8))])
    var refused = 0
    var paths: [RemotePath] = []
    while case .item(let item) = walk.next() {
      if case .refused = item.content { refused += 1 } else { paths.append(item.path) }
    }
    #expect(refused == 2 && paths == [RemotePath("x")])
  }

  @Test("ends where links make it endless")
  func endless() {
    var walk = TreeWalk(depthLimit: 10)
    var listings = 0
    var unreadable = 0
    loop: while true {
      switch walk.next() {
      case .end: break loop
      case .item(let item): if case .unreadable = item.content { unreadable += 1 }
      case .list:
        listings += 1
        walk.give([FileEntry(path: RemotePath("again"), kind: .directory)])
      }
    }
    #expect(listings == 11 && unreadable == 1)
    var second = TreeWalk()
    _ = second.next()
    let directory = FileEntry(path: RemotePath("again"), kind: .directory)
    second.give([directory], identity: RemotePath("/real"))
    _ = second.next()
    _ = second.next()
    second.give([directory], identity: RemotePath("/real"))
    guard case .item(let item) = second.next(), case .unreadable = item.content else {
      Issue.record("it should not be looked into")
      return
    }
    #expect(second.next() == .end)
  }
}
