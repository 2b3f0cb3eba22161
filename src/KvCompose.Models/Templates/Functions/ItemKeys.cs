using System.Globalization;
using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>What sort, unique, min, max, map and sum look at in an item: itself, or an attribute such as 'a.b' or 0.</summary>
internal static class ItemKeys
{
    /// <summary>Takes the attribute of an item.</summary>
    /// <param name="run">The rendering.</param>
    /// <param name="attribute">Name with points, number, or null for the item itself.</param>
    /// <param name="absent">Used where the attribute is undefined; null for nothing.</param>
    public static Func<object, object> Of(TemplateRun run, object? attribute, object? absent = null)
    {
        if (attribute is null or None)
        {
            return item => item;
        }

        object[] parts = attribute is Text text
            ? [.. text.Value.Split('.').Select(Part)]
            : [attribute];
        return item =>
        {
            foreach (object part in parts)
            {
                item = Attributes.Item(run, item, part);
                if (item is Undefined && absent is not null)
                {
                    item = absent;
                }
            }

            return item;
        };
    }

    /// <summary>As <see cref="Of"/>, for several attributes with commas between them.</summary>
    public static Func<object, object> Several(TemplateRun run, object? attribute, bool caseSensitive)
    {
        object[] names = attribute is Text text ? [.. text.Value.Split(',').Select(Text.Of)] : [attribute ?? None.Value];
        Func<object, object>[] keys = [.. names.Select(name => Of(run, name))];
        return item => new ListValue([.. keys.Select(key => caseSensitive ? key(item) : WithoutCase(run, key(item)))]);
    }

    public static object WithoutCase(TemplateRun run, object value) => value is Text text ? Casing.Lower(run, text) : value;

    private static object Part(string part) => part.Length > 0 && part.All(char.IsAsciiDigit)
        ? BigInteger.Parse(part, CultureInfo.InvariantCulture)
        : Text.Of(part);
}
