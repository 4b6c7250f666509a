extension HostInputs {
  /// The JSON Schema of those inputs, for forms; `HostInputs.take` is what checks them.
  ///
  /// Its limits and defaults are those of the reader, of `RetryPolicy` and of `RateLimit`.
  static let schema: Value = [
    "type": "object",
    "properties": [
      "max_runtime": [
        "title": "Longest run",
        "description":
          "After how long a call is asked to stop, all of its attempts together.",
        "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000_000,
        "examples": [60, 0.5],
        "x-unit": "seconds", "x-order": 1,
      ],
      "retry": [
        "title": "Retries",
        "description":
          "When a call that failed is made again, where its error allows it: true, false, or how.",
        "examples": [true, ["attempts": 3, "initial": 1]],
        "x-order": 2,
        "oneOf": [
          [
            "title": "On or off",
            "description": "Whether there are further attempts, as many as ten minutes allow.",
            "type": "boolean",
          ],
          [
            "title": "In detail", "description": "How many attempts there are, and when.",
            "type": "object", "additionalProperties": false, "properties": retryProperties,
          ],
        ],
      ],
      "rate_limit": [
        "title": "Rate",
        "description": "How often calls of the connector may begin: a number a second, or a map.",
        "examples": [5, ["calls": 10, "per": 60, "burst": 2]],
        "x-order": 3,
        "oneOf": [
          [
            "title": "Calls a second", "description": "How many calls may begin in a second.",
            "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000,
          ],
          [
            "title": "In detail",
            "description": "How many calls may begin in a time of any length.",
            "type": "object", "additionalProperties": false, "required": ["calls"],
            "properties": rateProperties,
          ],
        ],
      ],
      "max_concurrency": [
        "title": "Calls at once",
        "description": "How many calls of the connector there may be at once; others wait.",
        "type": "integer", "minimum": 1, "maximum": 2_147_483_647,
        "examples": [4],
        "x-unit": "calls", "x-order": 4,
      ],
    ],
  ]

  private static let retryProperties: Value = [
    "attempts": [
      "title": "Attempts",
      "description":
        "How many attempts there are at most, the first included; else as many as fit the time.",
      "type": "integer", "minimum": 1, "maximum": 2_147_483_647, "examples": [3],
      "x-unit": "attempts", "x-order": 1,
    ],
    "initial": [
      "title": "First wait", "description": "The wait before the second attempt.",
      "type": "number", "minimum": 0, "exclusiveMaximum": 1_000_000_000, "default": 1,
      "examples": [0.5], "x-unit": "seconds", "x-order": 2,
    ],
    "maximum": [
      "title": "Longest wait",
      "description": "No wait is longer, unless the other side asks for it.",
      "type": "number", "minimum": 0, "exclusiveMaximum": 1_000_000_000, "default": 60,
      "examples": [30], "x-unit": "seconds", "x-order": 3,
    ],
    "multiplier": [
      "title": "Growth", "description": "By how much each wait is longer than the one before.",
      "type": "number", "minimum": 1, "maximum": 1000, "default": 2,
      "examples": [1.5], "x-order": 4,
    ],
    "deadline": [
      "title": "Time for all attempts",
      "description": "No attempt begins later, counted from the beginning of the first one.",
      "type": "number", "minimum": 0, "exclusiveMaximum": 1_000_000_000, "default": 600,
      "examples": [120], "x-unit": "seconds", "x-order": 5,
    ],
    "jitter": [
      "title": "Chance",
      "description":
        "Whether each wait is a random part of what it would be, so that calls spread out.",
      "type": "boolean", "default": true, "examples": [false], "x-order": 6,
    ],
  ]

  private static let rateProperties: Value = [
    "calls": [
      "title": "Calls", "description": "How many calls may begin in each period.",
      "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000, "examples": [10],
      "x-unit": "calls", "x-order": 1,
    ],
    "per": [
      "title": "Period", "description": "How long a period is.",
      "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000_000, "default": 1,
      "examples": [60], "x-unit": "seconds", "x-order": 2,
    ],
    "burst": [
      "title": "Burst",
      "description":
        "How many calls may begin at once; else as many as there are in a period.",
      "type": "integer", "minimum": 1, "maximum": 2_147_483_647, "examples": [2],
      "x-unit": "calls", "x-order": 3,
    ],
  ]
}
