using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Decoders;
using KvCompose.Models.Tokenizers.PreTokenizers;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads a decoder.</summary>
internal static class DecoderReader
{
    private const int MaxStripped = 1 << 20;

    public static IDecoder Read(JsonFields fields) => fields.RequiredText("type") switch
    {
        "Sequence" => new DecoderSequence([.. fields.Objects("decoders").Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new Fuse(),
        "Strip" => new StripDecoder(
            Choice.Character(fields, "content") ?? fields.RequiredText("content"),
            fields.Integer("start", 0, MaxStripped, absent: 0), fields.Integer("stop", 0, MaxStripped, absent: 0)),
        "Replace" => new ReplaceDecoder(PatternReader.Read(fields), fields.RequiredText("content")),
        "Metaspace" => new MetaspaceDecoder(
            Choice.Character(fields, "replacement") ?? "▁", PreTokenizerReader.Scheme(fields) != PrependScheme.Never),
        "WordPiece" => new WordPieceDecoder(fields.Text("prefix") ?? "##", fields.Flag("cleanup", absent: true)),
        "BPEDecoder" => new BytePairDecoder(fields.Text("suffix") ?? "</w>"),
        "CTC" => new CtcDecoder(fields.Text("pad_token") ?? "<pad>", fields.Text("word_delimiter_token") ?? "|", fields.Flag("cleanup", absent: true)),
        _ => throw fields.Unsupported("type", "a decoder that is supported"),
    };
}
