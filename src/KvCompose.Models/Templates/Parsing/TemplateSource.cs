namespace KvCompose.Models.Templates.Parsing;

/// <summary>The source of a template with unified line ends, and the lines and columns of its positions.</summary>
internal sealed class TemplateSource
{
    private readonly List<int> _lineStarts = [0];

    public TemplateSource(string source)
    {
        Text = source.Replace("\r\n", "\n").Replace('\r', '\n');
        for (int i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }

        // One line end at the very end is no part of the template.
        Length = Text.EndsWith('\n') ? Text.Length - 1 : Text.Length;
    }

    public string Text { get; }

    public int Length { get; }

    public (int Line, int Column) Place(int offset)
    {
        int index = _lineStarts.BinarySearch(offset);
        int line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - _lineStarts[line] + 1);
    }

    public ChatTemplateException Error(string message, int offset, ChatTemplateErrorKind kind = ChatTemplateErrorKind.Syntax, Exception? cause = null)
    {
        (int line, int column) = Place(offset);
        return new ChatTemplateException(kind, message, line, column, cause);
    }
}
