using System.Text.Json;
using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads a post-processor.</summary>
internal static class PostProcessorReader
{
    public static IPostProcessor Read(JsonFields fields)
    {
        switch (fields.RequiredText("type"))
        {
            case "Sequence":
                return new PostProcessorSequence([.. fields.Objects("processors").Select(Read)]);
            case "ByteLevel":
                return Trim(fields);
            case "TemplateProcessing":
                return new Template(Parts(fields, "single"), fields.Has("pair") ? Parts(fields, "pair") : DefaultPair);
            case "BertProcessing":
                return new FixedTemplate(Token(fields, "cls"), Token(fields, "sep"), roberta: false);
            case "RobertaProcessing":
                return new PostProcessorSequence([Trim(fields), new FixedTemplate(Token(fields, "cls"), Token(fields, "sep"), roberta: true)]);
            default:
                throw fields.Unsupported("type", "a post-processor that is supported");
        }
    }

    private static TemplatePart[] DefaultPair => [new(0, [], 0), new(1, [], 1)];

    private static TrimOffsets Trim(JsonFields fields)
        => new(fields.Flag("trim_offsets", absent: true), fields.Flag("add_prefix_space", absent: true));

    private static (int Id, string Spelling) Token(JsonFields fields, string field)
    {
        JsonElement value = fields[field];
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[0].ValueKind == JsonValueKind.String
            && value[1].ValueKind == JsonValueKind.Number && value[1].TryGetInt32(out int id) && id is >= 0 and <= TokenizerReader.MaxId
            ? (id, value[0].GetString()!)
            : throw fields.Unsupported(field, "a token and its id");
    }

    private static TemplatePart[] Parts(JsonFields fields, string field)
    {
        JsonFields? tokens = fields.Has("special_tokens") ? fields.Object("special_tokens") : null;
        return [.. fields.Objects(field).Select(part => Part(part, tokens))];
    }

    private static TemplatePart Part(JsonFields part, JsonFields? tokens)
    {
        if (part.Has("Sequence"))
        {
            JsonFields sequence = part.Object("Sequence");
            return new TemplatePart(Choice.Of(sequence, "id", null, "A", "B") == "A" ? 0 : 1, [], TypeId(sequence));
        }

        JsonFields special = part.Object("SpecialToken");
        string name = special.RequiredText("id");
        if (tokens is not { } known || !known.Has(name))
        {
            throw special.Unsupported("id", "one of special_tokens");
        }

        JsonFields token = known.Object(name);
        int[] ids = token.IntegerOrList("ids", 0, TokenizerReader.MaxId);
        string[] spellings = token.Has("tokens")
            ? [.. token.List("tokens").Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw token.Unsupported("tokens", "a list of strings"))]
            : [.. ids.Select(_ => name)];
        return ids.Length == spellings.Length
            ? new TemplatePart(null, [.. ids.Zip(spellings)], TypeId(special))
            : throw token.Unsupported("tokens", $"{ids.Length} tokens, as there are ids");
    }

    private static int TypeId(JsonFields fields) => fields.Integer("type_id", 0, int.MaxValue, absent: 0);
}
