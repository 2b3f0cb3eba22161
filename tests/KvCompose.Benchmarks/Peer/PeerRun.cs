using System.Text.Json;
using KvCompose.Benchmarks.Quick;
using KvCompose.Models;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Benchmarks.Peer;

/// <summary>
/// llama.cpp beside this library: the same GGUF file, the same threads, rounds in turn. Prints times, ratios, and the share of a
/// plain sum's bandwidth that decoding reaches, counting the weights and the cache that a token reads.
/// </summary>
internal sealed class PeerRun(PeerOptions options) : IDisposable
{
    private const int Steps = 8; // Tokens of a round: one alone is too short to time.

    private readonly Dictionary<string, double> _ratios = [];
    private readonly Dictionary<string, double> _shares = [];
    private readonly Dictionary<string, double> _milliseconds = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kvcompose-peer-");

    /// <summary>Measures; returns the exit code.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        PeerOptions options;
        try
        {
            options = PeerOptions.Parse(arguments);
            if (options.Model is { } model && !File.Exists(model))
            {
                throw new FormatException($"there is no file '{model}'");
            }
        }
        catch (FormatException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }

        using var run = new PeerRun(options);
        run.Measure();
        return 0;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Measure()
    {
        Console.WriteLine($"{History.Processor}, {History.VectorBits}-bit vectors, {options.Threads} threads, {options.Rounds} rounds");
        if (options.Model is { } path)
        {
            MeasureModel(path, "", options.Longest);
        }
        else
        {
            int context = options.Longest + 1024;
            foreach ((StoredType type, string suffix, int longest) in
                new[] { (StoredType.Q8_0, "", options.Longest), (StoredType.Q4_K, "Q4K", 512), (StoredType.F16, "F16", 512) })
            {
                string file = Path.Combine(_folder.FullName, $"{type}.gguf");
                RandomModel.Write(file, type, context);
                MeasureModel(file, suffix, longest);
                File.Delete(file);
            }
        }

        Dictionary<string, double> Rounded(Dictionary<string, double> figures)
            => figures.ToDictionary(static figure => figure.Key, static figure => Math.Round(figure.Value, 4));
        if (options.Record)
        {
            History.Append("peer", _ratios.Concat(_shares.Select(static share => KeyValuePair.Create($"share.{share.Key}", share.Value))));
        }

        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                vectorBits = History.VectorBits,
                processor = History.Processor,
                threads = options.Threads,
                ratios = Rounded(_ratios),
                shares = Rounded(_shares),
                milliseconds = Rounded(_milliseconds),
            }));
        }
    }

    private void MeasureModel(string path, string suffix, int longest)
    {
        using LanguageModel model = LanguageModel.Load(path, new LanguageModelOptions { Threads = options.Threads });
        if (PeerPipelines.For(model.Shape) is not { } pipelines)
        {
            Console.Error.WriteLine(
                $"no pipeline is compiled in for heads of {model.Shape.HeadDim} in groups of {model.Shape.QueryHeads / model.Shape.KeyValueHeads}");
            return;
        }

        int context = Math.Min(longest + 1024, model.Shape.Context);
        int[] depths = [.. options.Depths.Where(depth => depth <= longest && depth + Steps <= context)];
        Console.WriteLine($"{Path.GetFileName(path)}: {model.Report.ToString().Split('\n')[0]}");
        using var sum = new PlainSum(1L << 26, model.Transformer.Workers);
        long weights = WeightBytes(model, path);
        WithPeer(path, context, bytes: false, peer =>
        {
            MeasurePrompts(model, pipelines, peer, [.. options.Prompts.Where(prompt => prompt <= longest)], suffix);
            MeasureDecoding(model, pipelines.Full, peer, depths, suffix, weights, elementBytes: 2, sum);
            if (depths.Contains(32_768))
            {
                MeasureCompressed(model, pipelines, peer);
            }
        });
        if (suffix.Length == 0)
        {
            WithPeer(path, context, bytes: true, peer =>
                MeasureDecoding(model, pipelines.FullBytes, peer, depths, "BytesKv", weights, elementBytes: 1.0625, sum));
        }
    }

    private void MeasurePrompts(LanguageModel model, PeerPipelines pipelines, LlamaCpp? peer, int[] lengths, string suffix)
    {
        using KvSession session = pipelines.Full(model);
        foreach (int length in lengths)
        {
            int[] prompt = [.. Enumerable.Range(0, length).Select(static i => 300 + (i % 1000))];
            Compare(
                $"prefill{length}{suffix}", Math.Min(options.Rounds, 3),
                () =>
                {
                    session.Clear();
                    session.Prefill(prompt);
                },
                peer is null ? null : () =>
                {
                    peer.Clear();
                    peer.Prefill(length);
                });
        }

        peer?.Clear();
    }

    private void MeasureDecoding(
        LanguageModel model, Func<LanguageModel, KvSession> open, LlamaCpp? peer, int[] depths, string suffix, long weights,
        double elementBytes, PlainSum sum)
    {
        using KvSession session = open(model);
        TransformerShape shape = model.Shape;
        foreach (int depth in depths)
        {
            session.FillRandom(depth);
            peer?.Fill(depth);
            string name = $"decode{depth}{suffix}";
            (double own, double? others) = Compare(name, options.Rounds, () => Step(session), peer is null ? null : () => peer.Steps(Steps));
            double bytes = weights + (2.0 * shape.Layers * shape.KeyValueHeads * shape.HeadDim * depth * elementBytes);
            double bandwidth = sum.Bytes / Timing.Median([.. Enumerable.Range(0, options.Rounds).Select(_ => Timing.Seconds(() => sum.Run()))]);
            _shares[name] = bytes / (own / Steps) / bandwidth;
            if (others is { } seconds)
            {
                _shares[$"{name}LlamaCpp"] = bytes / (seconds / Steps) / bandwidth;
            }

            Console.WriteLine(
                $"  of a plain sum's {bandwidth / 1e9:F1} GB/s: {_shares[name]:P0}" + (others is null ? "" : $", llama.cpp {_shares[$"{name}LlamaCpp"]:P0}"));
        }
    }

    /// <summary>The full cache of the peer against compressed ones: as many random tokens as they keep stand in every head.</summary>
    private void MeasureCompressed(LanguageModel model, PeerPipelines pipelines, LlamaCpp? peer)
    {
        foreach ((string name, Func<LanguageModel, KvSession> open) in
            new[] { ("decode32768Compressed", pipelines.Compressed), ("decode32768Cake", pipelines.Cascade) })
        {
            using KvSession session = open(model);
            session.FillRandom(PeerPipelines.Kept);
            Compare(name, options.Rounds, () => Step(session), peer is null ? null : () => peer.Steps(Steps));
        }
    }

    private static void Step(KvSession session)
    {
        int[] token = [300];
        for (int i = 0; i < Steps; i++)
        {
            session.Step(token);
        }
    }

    /// <summary>Times both in turn. Gives the medians in seconds and keeps the median ratio.</summary>
    private (double Own, double? Peer) Compare(string name, int rounds, Action own, Action? peer)
    {
        own();
        peer?.Invoke();
        double[] ours = new double[rounds], others = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            ours[round] = Timing.Seconds(own);
            others[round] = peer is null ? 0 : Timing.Seconds(peer);
        }

        double ratio = Timing.Median([.. others.Zip(ours, static (a, b) => a / b)]);
        double mine = Timing.Median(ours), theirs = Timing.Median(others);
        _milliseconds[name] = 1000 * mine;
        if (peer is null)
        {
            Console.WriteLine($"{name}: {1000 * mine:F1} ms");
            return (mine, null);
        }

        _ratios[name] = ratio;
        _milliseconds[$"{name}LlamaCpp"] = 1000 * theirs;
        Console.WriteLine($"{name}: {1000 * mine:F1} ms, llama.cpp {1000 * theirs:F1} ms, {ratio:F2} times as fast");
        return (mine, theirs);
    }

    /// <summary>Measures with the peer, or without it where it is not there.</summary>
    private void WithPeer(string path, int context, bool bytes, Action<LlamaCpp?> measure)
    {
        LlamaCpp? peer = null;
        try
        {
            peer = LlamaCpp.Open(path, context, options.Threads, bytes);
        }
        catch (PeerException exception)
        {
            Console.Error.WriteLine(exception.Message);
        }

        using (peer)
        {
            measure(peer);
        }
    }

    /// <summary>Bytes of weights that one token reads: all but the table of embeddings, unless it is the output matrix too.</summary>
    private static long WeightBytes(LanguageModel model, string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return file.Tensors.Where(tensor => model.Description.TiedEmbeddings || tensor.Name != "token_embd.weight").Sum(static tensor => tensor.Bytes);
    }
}
