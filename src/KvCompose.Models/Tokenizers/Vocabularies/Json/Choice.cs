using KvCompose.Models.Json;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Fields that hold one of a few words, or one character.</summary>
internal static class Choice
{
    public static string Of(JsonFields fields, string field, string? absent, params ReadOnlySpan<string> values)
    {
        string value = fields.Text(field) ?? absent ?? fields.RequiredText(field);
        return values.Contains(value) ? value : throw fields.Unsupported(field, string.Join(", ", values));
    }

    /// <summary>One character; null if the field is absent.</summary>
    public static string? Character(JsonFields fields, string field)
    {
        string? text = fields.Text(field);
        return text is null || Unicode.CodePoints.Count(text) == 1 ? text : throw fields.Unsupported(field, "one character");
    }
}
