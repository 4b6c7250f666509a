/// The document of the form in `FormDocumentTests`, as pages rely on it.
enum FormSnapshot {
  static let text = """
    {
      "version": 1,
      "connector_type": "T",
      "title": "T",
      "default_action": "go",
      "actions": [
        {
          "name": "go",
          "title": "go",
          "kind": "run"
        }
      ],
      "groups": [
        {
          "title": "Address",
          "advanced": false,
          "host": false,
          "fields": [
            {
              "name": "port",
              "pointer": "/port",
              "title": "Port",
              "summary": "Where it listens.",
              "kind": "integer",
              "kinds": [
                "integer"
              ],
              "type": "an integer",
              "limits": [
                "1 to 65535"
              ],
              "required": false,
              "secret": false,
              "advanced": false,
              "default": 22,
              "examples": [
                2222
              ],
              "address": "port",
              "minimum": 1,
              "maximum": 65535,
              "value": 23
            }
          ]
        },
        {
          "title": null,
          "advanced": false,
          "host": false,
          "fields": [
            {
              "name": "auth",
              "pointer": "/auth",
              "title": "auth",
              "kind": "union",
              "kinds": [
                "map"
              ],
              "type": "a map",
              "required": false,
              "secret": false,
              "advanced": false,
              "unions": [
                {
                  "discriminator": "method",
                  "title": "Method",
                  "pointer": "/auth",
                  "selected": 1,
                  "branches": [
                    {
                      "values": [
                        "none"
                      ],
                      "title": "None",
                      "kinds": [
                        "map"
                      ],
                      "type": "a map"
                    },
                    {
                      "values": [
                        "key"
                      ],
                      "title": "Key",
                      "required": [
                        "key"
                      ],
                      "kinds": [
                        "map"
                      ],
                      "type": "a map",
                      "fields": [
                        {
                          "name": "key",
                          "pointer": "/auth/key",
                          "title": "key",
                          "kind": "string",
                          "kinds": [
                            "string"
                          ],
                          "type": "a string",
                          "limits": [
                            "at least 1 character"
                          ],
                          "required": true,
                          "secret": true,
                          "advanced": false,
                          "multiline": true,
                          "minimum_length": 1,
                          "pattern": "^k",
                          "value": {
                            "secret": true,
                            "is_set": true
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "value": {
                "method": "key",
                "key": {
                  "secret": true,
                  "is_set": true
                }
              }
            },
            {
              "name": "tags",
              "pointer": "/tags",
              "title": "tags",
              "kind": "list",
              "kinds": [
                "list"
              ],
              "type": "a list",
              "required": false,
              "secret": false,
              "advanced": true,
              "element": {
                "name": "",
                "title": "",
                "kind": "string",
                "kinds": [
                  "string"
                ],
                "type": "a string",
                "required": false,
                "secret": false,
                "advanced": false
              }
            },
            {
              "name": "why",
              "pointer": "/why",
              "title": "why",
              "kind": "mixed",
              "kinds": [
                "integer",
                "string"
              ],
              "type": "an integer or a string",
              "required": false,
              "secret": false,
              "advanced": false,
              "allowed": [
                "a",
                1
              ],
              "conditional": true,
              "condition": {
                "name": "port",
                "values": [],
                "negated": false
              }
            }
          ]
        }
      ],
      "secrets": [
        "/auth/key"
      ],
      "unknown": []
    }
    """
}
