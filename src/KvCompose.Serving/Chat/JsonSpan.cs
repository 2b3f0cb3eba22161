namespace KvCompose.Serving.Chat;

/// <summary>Finds where a JSON object in a text ends.</summary>
internal static class JsonSpan
{
    /// <summary>The index behind the closing brace; null if the object is not complete.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the object opens.</param>
    public static int? End(string text, int start)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
                continue;
            }

            quoted = c == '"';
            depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return null;
    }
}
