using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers;
using KvCompose.Models.Tokenizers.Decoders;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Vocabularies.Json;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>Items of a configuration and cases: single steps of a tokenizer.</summary>
public abstract class ComponentKind : IVectorKind
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == Name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        var run = new CaseRun();
        foreach (JsonElement item in file.Root.List("items"))
        {
            run.One(item.Field("config").GetRawText(), () => Check(item, file));
        }

        return run.Result;
    }

    /// <summary>Checks all cases of an item.</summary>
    protected abstract void Check(JsonElement item, VectorFile file);

    private protected static JsonFields Configuration(JsonElement item)
        => new(item.Field("config"), problem => new TokenizerFormatException("config", problem), "config.");
}

/// <summary>Normalizers alone.</summary>
public sealed class NormalizersKind : ComponentKind
{
    /// <inheritdoc/>
    public override string Name => "tokenizers.normalizers";

    /// <inheritdoc/>
    protected override void Check(JsonElement item, VectorFile file)
    {
        INormalizer normalizer = NormalizerReader.Read(Configuration(item));
        SharedTexts texts = SharedTexts.For(file);
        foreach (JsonElement @case in item.List("cases"))
        {
            string text = texts[@case[0].GetInt32()];
            TextBuffer buffer = TextBuffer.Create(text, 0, text.Length, -1);
            normalizer.Apply(buffer, CancellationToken.None);
            Expect.Equal(@case[1].GetString() ?? text, buffer.Text.ToString(), $"text {@case[0]}");
        }
    }
}

/// <summary>Pre-tokenizers alone.</summary>
public sealed class PreTokenizersKind : ComponentKind
{
    /// <inheritdoc/>
    public override string Name => "tokenizers.pre_tokenizers";

    /// <inheritdoc/>
    protected override void Check(JsonElement item, VectorFile file)
    {
        IPreTokenizer preTokenizer = PreTokenizerReader.Read(Configuration(item));
        SharedTexts texts = SharedTexts.For(file);
        foreach (JsonElement @case in item.List("cases"))
        {
            string text = texts[@case[0].GetInt32()];
            TextBuffer buffer = TextBuffer.Create(text, 0, text.Length, 0);
            var pieces = new Pieces(buffer, 0);
            preTokenizer.Apply(pieces, CancellationToken.None);
            string[] expected = [.. @case[1].AsList("pieces").Select(piece => piece.GetString()!)];
            Expect.Equal<string>(expected, [.. pieces.Ranges.Select(range => buffer.Text[range.Start..range.End].ToString())], $"text {@case[0]}, pieces");
            int[] offsets = [.. pieces.Ranges.SelectMany(range => new[] { buffer.Origin(range.Start).Start, buffer.Origin(range.End - 1).End })];
            Expect.Equal<int>(@case[2].AsInts("offsets"), offsets, $"text {@case[0]}, offsets");
        }
    }
}

/// <summary>Decoders alone.</summary>
public sealed class DecodersKind : ComponentKind
{
    /// <inheritdoc/>
    public override string Name => "tokenizers.decoders";

    /// <inheritdoc/>
    protected override void Check(JsonElement item, VectorFile file)
    {
        IDecoder decoder = DecoderReader.Read(Configuration(item));
        foreach (JsonElement @case in item.List("cases"))
        {
            List<string> tokens = [.. @case[0].AsList("tokens").Select(token => token.GetString()!)];
            Expect.Equal(@case[1].GetString()!, string.Concat(decoder.Decode(tokens)), $"{@case[0].GetRawText()}");
        }
    }
}
