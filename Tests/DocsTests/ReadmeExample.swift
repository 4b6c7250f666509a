// The example of README.md, from the next line to the end of the file: a test holds the two together.
import DriverHost

func fetchItems() async throws {
  let host = try Host()
  let inputs: ValueMap = ["url": "https://example.org/items", "query": ["page": 2]]
  let result = try await host.connect(type: "REST", inputs)
  print(result["status_code"], result["json"])
  await host.close()
}
