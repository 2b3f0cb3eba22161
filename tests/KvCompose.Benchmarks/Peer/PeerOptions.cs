namespace KvCompose.Benchmarks.Peer;

/// <summary>What <c>--peer</c> is told.</summary>
internal sealed record PeerOptions
{
    private static readonly int[] AllDepths = [512, 4096, 16_384, 32_768];

    /// <summary>A GGUF file; null writes models with random weights.</summary>
    public string? Model { get; init; }

    /// <summary>Whether one JSON object closes the output.</summary>
    public bool Json { get; init; }

    /// <summary>Whether the figures are appended to the history.</summary>
    public bool Record { get; init; }

    /// <summary>Threads of both.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Interleaved rounds of which medians are taken.</summary>
    public int Rounds { get; init; } = 7;

    /// <summary>The longest cache and prompt that are measured.</summary>
    public int Longest { get; init; } = AllDepths[^1];

    /// <summary>Lengths of the cache at which decoding is measured.</summary>
    public IEnumerable<int> Depths => AllDepths.Where(depth => depth <= Longest);

    /// <summary>Lengths of prompts.</summary>
    public IEnumerable<int> Prompts => Depths.Where(static depth => depth <= 4096);

    /// <exception cref="FormatException">An argument is not known, or its value is none.</exception>
    public static PeerOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new PeerOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            options = name switch
            {
                "--json" => options with { Json = true },
                "--record" => options with { Record = true },
                "--model" => options with { Model = Value(arguments, ref i) },
                "--threads" => options with { Threads = Number(arguments, ref i) },
                "--rounds" => options with { Rounds = Number(arguments, ref i) },
                "--longest" => options with { Longest = Number(arguments, ref i) },
                _ => throw new FormatException($"unknown argument '{name}'; known: --model FILE, --json, --record, --threads N, --rounds N, --longest N"),
            };
        }

        return options.Longest >= AllDepths[0]
            ? options
            : throw new FormatException($"--longest {options.Longest}: the shortest cache that is measured has {AllDepths[0]} tokens");
    }

    private static string Value(ReadOnlySpan<string> arguments, ref int i)
        => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");

    private static int Number(ReadOnlySpan<string> arguments, ref int i)
    {
        string name = arguments[i], text = Value(arguments, ref i);
        return int.TryParse(text, out int number) && number > 0 ? number : throw new FormatException($"{name} needs a number above 0, not '{text}'");
    }
}
