using System.Diagnostics;
using System.Text;
using System.Text.Json;
using KvCompose.Benchmarks.Quick;
using KvCompose.Models;
using KvCompose.Models.Tokenizers;
using HuggingFaceTokenizer = Tokenizers.DotNet.Tokenizer;

namespace KvCompose.Benchmarks.Checkpoints;

[KvPipeline]
[FullCache]
internal sealed partial class Everything;

/// <summary>
/// What a checkpoint costs to open and to use for the first time, printed as one JSON object: <c>--checkpoint FILE [tokenizer.json] [--copy]</c>. With a
/// tokenizer.json also the time for 1 MB of text over that of Hugging Face's library.
/// </summary>
internal static class CheckpointRun
{
    private const int PromptTokens = 8;
    private const int LongPromptTokens = 512;
    private const int TextBytes = 1 << 20;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        bool copies = false;
        var files = new List<string>();
        foreach (string argument in arguments)
        {
            copies |= argument == "--copy";
            if (argument != "--copy")
            {
                files.Add(argument);
            }
        }

        if (files.Count is < 1 or > 2)
        {
            Console.Error.WriteLine("usage: --checkpoint FILE [tokenizer.json] [--copy]");
            return 2;
        }

        var figures = new Dictionary<string, double>();
        Measure(files[0], copies, figures);
        if (files.Count > 1)
        {
            figures["encodeOverHuggingFace"] = EncodeRatio(files[1]);
        }

        Console.WriteLine(JsonSerializer.Serialize(figures.ToDictionary(static figure => figure.Key, static figure => Math.Round(figure.Value, 4))));
        return 0;
    }

    private static void Measure(string file, bool copies, Dictionary<string, double> figures)
    {
        long before = Resident();
        long start = Stopwatch.GetTimestamp();
        using LanguageModel model = LanguageModel.Load(file, new LanguageModelOptions { CopyWeights = copies });
        figures["loadSeconds"] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using KvSession session = Everything.Open(model);
        start = Stopwatch.GetTimestamp();
        session.Prefill([.. Enumerable.Range(1, PromptTokens)]);
        _ = session.GreedyToken();
        figures["firstTokenSeconds"] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        session.Prefill([.. Enumerable.Range(0, Math.Min(LongPromptTokens, model.Context)).Select(i => i % model.Shape.Vocabulary)]);
        _ = session.Decode(16).Count();
        long own = Resident() - before - session.Usage.BytesHeld;
        figures["fileMebibytes"] = model.Report.FileBytes / 1048576.0;
        figures["residentWithoutCacheMebibytes"] = own / 1048576.0;
        figures["residentOverFile"] = (double)own / model.Report.FileBytes;
    }

    private static double EncodeRatio(string file)
    {
        Tokenizer tokenizer = Tokenizer.Load(file);
        using var library = new HuggingFaceTokenizer(vocabPath: file);
        string text = Text();
        int own = tokenizer.Encode(text).Length, theirs = library.Encode(text).Length;
        return own == theirs
            ? Timing.MedianRatio(() => tokenizer.Encode(text), () => library.Encode(text), rounds: 7)
            : throw new InvalidOperationException($"{own} tokens, but the library makes {theirs}");
    }

    /// <summary>Words of several lengths and scripts, numbers and marks, the same on every machine.</summary>
    private static string Text()
    {
        string[] words = ["the", "river", "token", "compression", "of", "caches", "isn't", "12345", "3.14", "(x)", "Straße", "naïve", "日本語", "Привет", "😀", "\n\n", "int", "=>", "foo_bar();"];
        var random = new Random(5);
        var text = new StringBuilder();
        while (text.Length < TextBytes)
        {
            text.Append(words[random.Next(words.Length)]).Append(random.Next(8) == 0 ? ". " : " ");
        }

        return text.ToString();
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
