using System.Text.Json;
using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Patterns;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads {"String": …} and {"Regex": …}.</summary>
internal static class PatternReader
{
    public static TextPattern Read(JsonFields fields)
    {
        if (fields["pattern"].ValueKind == JsonValueKind.String)
        {
            return new TextPattern(fields.RequiredText("pattern"), null);
        }

        JsonFields pattern = fields.Object("pattern");
        if (pattern.Text("String") is { } literal)
        {
            return new TextPattern(literal, null);
        }

        string text = pattern.Text("Regex") ?? throw fields.Unsupported("pattern", "a String or a Regex");
        try
        {
            return new TextPattern(null, Pattern.Parse(text));
        }
        catch (PatternException exception)
        {
            throw fields.Wrong("pattern", $"'{text}', which {exception.Message}", "a regular expression that is supported");
        }
    }
}
