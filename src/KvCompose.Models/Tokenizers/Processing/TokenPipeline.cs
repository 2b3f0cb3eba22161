using System.Text;
using KvCompose.Models.Tokenizers.Decoders;
using KvCompose.Models.Tokenizers.Models;
using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>The steps of a tokenizer.json: added tokens, normalizer, pre-tokenizer, model, post-processor, decoder.</summary>
internal sealed class TokenPipeline : ITokenPipeline
{
    public required ITokenModel Model { get; init; }

    public required AddedVocabulary Added { get; init; }

    public INormalizer? Normalizer { get; init; }

    public IPreTokenizer? PreTokenizer { get; init; }

    public IPostProcessor? PostProcessor { get; init; }

    public IDecoder? Decoder { get; init; }

    public Truncation? Truncation { get; init; }

    public Padding? Padding { get; init; }

    private PieceEncoder Encoder => field ??= new PieceEncoder(Model, Added.SpecialIds);

    public int LargestId => Math.Max(Model.Vocabulary.LargestId, Added.LargestId);

    public IEnumerable<AddedToken> AddedTokens => Added.Tokens;

    public bool IsByteLevel => Decoder is ByteLevelDecoder;

    public int? IdOf(string token) => Added.Find(token)?.Id ?? Model.Vocabulary.Find(token);

    public string? Spelling(int id) => Added.Find(id)?.Content ?? Model.Vocabulary.Spelling(id);

    public string? Shown(int id, bool skipSpecial)
        => Added.Find(id) is { } added ? skipSpecial && added.Special ? null : added.Content : Model.Vocabulary.Spelling(id);

    public List<TextToken> Encode(string text, EncodeSettings settings, CancellationToken cancellation)
        => Encode(text, null, settings, cancellation);

    /// <summary>One text, or two that belong together.</summary>
    public List<TextToken> Encode(string text, string? second, EncodeSettings settings, CancellationToken cancellation)
    {
        List<List<TextToken>> texts = [EncodeText(text, settings, cancellation)];
        if (second is not null)
        {
            texts.Add(EncodeText(second, settings, cancellation).ConvertAll(token => token with { TypeId = 1 }));
        }

        if (settings.ApplyLimits)
        {
            Truncation?.Apply(texts, settings.AddSpecial ? PostProcessor?.Added(second is not null) ?? 0 : 0);
        }

        texts = PostProcessor?.Apply(texts, settings.AddSpecial) ?? texts;
        List<TextToken> all = texts.Count == 1 ? texts[0] : [.. texts.SelectMany(tokens => tokens)];
        return settings.ApplyLimits && Padding is not null ? Padding.Apply(all) : all;
    }

    public string Decode(IReadOnlyList<int> ids, bool skipSpecial)
    {
        var tokens = new List<string>(ids.Count);
        foreach (int id in ids)
        {
            if (Shown(id, skipSpecial) is { } spelling)
            {
                tokens.Add(spelling);
            }
        }

        return Decoder is null ? string.Join(' ', tokens) : string.Concat(Decoder.Decode(tokens));
    }

    public byte[] DecodeBytes(IReadOnlyList<int> ids)
    {
        if (!IsByteLevel)
        {
            return Encoding.UTF8.GetBytes(Decode(ids, skipSpecial: true));
        }

        var bytes = new List<byte>();
        foreach (int id in ids)
        {
            if (Shown(id, skipSpecial: true) is { } spelling)
            {
                bytes.AddRange(ByteAlphabet.BytesOrUtf8(spelling));
            }
        }

        return [.. bytes];
    }

    private List<TextToken> EncodeText(string given, EncodeSettings settings, CancellationToken cancellation)
    {
        string text = CodePoints.Sanitize(given);
        bool track = settings.Track || PreTokenizer is { NeedsOrigins: true } || (settings.Spelling is not null && Added.HasNormalized);
        var result = new List<TextToken>();
        int place = 0, codePoints = 0;
        foreach (Fragment fragment in Added.Split(text, settings.ParseSpecial, settings.Spelling?.Units))
        {
            int start = CodePointsUntil(fragment.Start);
            ReadOnlySpan<char> part = text.AsSpan(fragment.Start, fragment.End - fragment.Start);
            if (fragment.Token is { } token)
            {
                result.Add(new TextToken(token.Id, settings.Track ? part.ToString() : "", start, CodePointsUntil(fragment.End)));
            }
            else
            {
                TextBuffer buffer = TextBuffer.Create(text, fragment.Start, fragment.End, track ? start : -1);
                EncodeRaw(buffer, track ? start : fragment.Start, settings, result, cancellation);
            }
        }

        return result;

        int CodePointsUntil(int end)
        {
            // A token may begin inside the white space that the one before it took along.
            if (track)
            {
                codePoints += end >= place ? CodePoints.Count(text.AsSpan(place, end - place)) : -CodePoints.Count(text.AsSpan(end, place - end));
                place = end;
            }

            return codePoints;
        }
    }

    private void EncodeRaw(TextBuffer buffer, int start, EncodeSettings settings, List<TextToken> result, CancellationToken cancellation)
    {
        Normalizer?.Apply(buffer, cancellation);
        (int, int)[]? spelling = settings.Spelling is { } parts && Added.HasNormalized ? parts.Within(buffer) : null;
        foreach (Fragment fragment in Added.SplitNormalized(buffer.Text, settings.ParseSpecial, spelling))
        {
            if (fragment.Token is { } token)
            {
                (int from, int to) = (buffer.Origin(fragment.Start).Start, buffer.Origin(fragment.End - 1).End);
                result.Add(new TextToken(token.Id, settings.Track ? buffer.Text[fragment.Start..fragment.End].ToString() : "", from, to));
                continue;
            }

            bool whole = fragment.Start == 0 && fragment.End == buffer.Length;
            TextBuffer part = whole ? buffer : buffer.Slice(fragment.Start, fragment.End);
            var pieces = new Pieces(part, whole || fragment.Start == 0 ? start : part.Tracks ? part.Origin(0).Start : int.MaxValue);
            PreTokenizer?.Apply(pieces, cancellation);
            Encoder.Encode(pieces, settings, result, cancellation);
        }
    }
}
