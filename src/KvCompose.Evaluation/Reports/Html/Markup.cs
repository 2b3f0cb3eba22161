using System.Globalization;
using System.Net;
using System.Text;

namespace KvCompose.Evaluation;

/// <summary>HTML and SVG text: whatever is put in is escaped, numbers are written the same everywhere.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();

    /// <summary>Text that is markup already, from the program itself.</summary>
    public static Markup Of(string markup)
    {
        var made = new Markup();
        made._text.Append(markup);
        return made;
    }

    /// <summary>Appends markup; the values in it are escaped.</summary>
    public Markup Add(FormattableString markup)
    {
        object?[] values = [.. markup.GetArguments().Select(value => value switch
        {
            Markup inner => inner.ToString(),
            double number => number.ToString("0.##", CultureInfo.InvariantCulture),
            _ => WebUtility.HtmlEncode(Convert.ToString(value, CultureInfo.InvariantCulture)),
        })];
        _text.AppendFormat(CultureInfo.InvariantCulture, markup.Format, values).Append('\n');
        return this;
    }

    /// <summary>Appends a table: the first cell of a row is its heading.</summary>
    public Markup Table(string caption, IEnumerable<string> columns, IEnumerable<string[]> rows)
    {
        Add($"<div class=\"scroll\"><table><caption>{caption}</caption><thead><tr>");
        foreach (string column in columns)
        {
            Add($"<th scope=\"col\">{column}</th>");
        }

        Add($"</tr></thead><tbody>");
        foreach (string[] row in rows)
        {
            Add($"<tr><th scope=\"row\">{row[0]}</th>");
            Array.ForEach(row[1..], cell => Add($"<td>{cell}</td>"));
            Add($"</tr>");
        }

        return Add($"</tbody></table></div>");
    }

    /// <summary>Appends a table that is folded away: the same figures as a picture's.</summary>
    public Markup FoldedTable(string caption, IEnumerable<string> columns, IEnumerable<string[]> rows)
        => Add($"<details><summary>{caption}, as a table</summary>").Table(caption, columns, rows).Add($"</details>");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
