using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Normalizers;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads a normalizer.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonFields fields) => fields.RequiredText("type") switch
    {
        "Sequence" => new NormalizerSequence([.. fields.Objects("normalizers").Select(Read)]),
        "NFC" => new UnicodeForm(compatible: false, compose: true),
        "NFD" => new UnicodeForm(compatible: false, compose: false),
        "NFKC" => new UnicodeForm(compatible: true, compose: true),
        "NFKD" => new UnicodeForm(compatible: true, compose: false),
        "Lowercase" => new Lowercase(),
        "StripAccents" => Remove.Accents,
        "Nmt" => Nmt.Create(),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Strip" => new Strip(fields.Flag("strip_left", absent: true), fields.Flag("strip_right", absent: true)),
        "Prepend" => new Prepend(fields.RequiredText("prepend")),
        "Replace" => new Replace(PatternReader.Read(fields), fields.RequiredText("content")),
        "BertNormalizer" => ReadBert(fields),
        "Precompiled" => ReadPrecompiled(fields),
        _ => throw fields.Unsupported("type", "a normalizer that is supported"),
    };

    private static INormalizer ReadBert(JsonFields fields)
    {
        bool lowercase = fields.Flag("lowercase", absent: true);
        return BertNormalizer.Create(
            fields.Flag("clean_text", absent: true), fields.Flag("handle_chinese_chars", absent: true),
            fields.Flag("strip_accents", absent: lowercase), lowercase);
    }

    private static INormalizer ReadPrecompiled(JsonFields fields)
    {
        if (!fields.Has("precompiled_charsmap"))
        {
            return new NormalizerSequence([]);
        }

        return fields["precompiled_charsmap"].ValueKind == System.Text.Json.JsonValueKind.String
            && fields["precompiled_charsmap"].TryGetBytesFromBase64(out byte[]? map) && Precompiled.Parse(map) is { } precompiled
            ? precompiled
            : throw fields.Unsupported("precompiled_charsmap", "a character map in base64");
    }
}
