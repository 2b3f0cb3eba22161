namespace KvCompose.Evaluation;

/// <summary>Comma-separated values as RFC 4180 has them.</summary>
internal static class Csv
{
    public static string Row(params IEnumerable<string> fields) => string.Join(',', fields.Select(Field));

    private static string Field(string value)
        => value.AsSpan().ContainsAny("\",\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
