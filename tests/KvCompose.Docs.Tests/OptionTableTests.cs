using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace KvCompose.Docs.Tests;

/// <summary>The options on the methods' pages are those of the stages: names, defaults, ranges, and which stay open until run time.</summary>
public sealed partial class OptionTableTests
{
    private static readonly Type[] Attributes = [.. typeof(StageAttribute).Assembly.GetExportedTypes()
        .Where(type => type.IsAssignableTo(typeof(StageAttribute)) && type is { IsAbstract: false, IsGenericType: false })];

    public static TheoryData<string> Stages => [.. Attributes.Select(type => type.Name[..^"Attribute".Length])
        .Where(stage => OptionsOf(stage).Length > 0)];

    [Theory]
    [MemberData(nameof(Stages))]
    public void Table_OfEveryStageWithOptions_IsWhatTheStageSays(string stage)
    {
        Page page = Assert.Single(Page.All, page => page.Path.StartsWith("docs/methods/", StringComparison.Ordinal)
            && page.Text.Contains($"\n## Options of `[{stage}]`\n", StringComparison.Ordinal));
        string section = page.Text[page.Text.IndexOf($"\n## Options of `[{stage}]`\n", StringComparison.Ordinal)..];
        int end = section.IndexOf("\n## ", 5, StringComparison.Ordinal);
        string[] rows = [.. Row().Matches(end < 0 ? section : section[..end]).Select(match =>
            $"{match.Groups["name"]} | {match.Groups["default"]} | {match.Groups["range"]} | {match.Groups["run"]}")];
        Assert.Equal(OptionsOf(stage).Select(Describe).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static PropertyInfo[] OptionsOf(string stage)
    {
        Type type = typeof(StageAttribute).Assembly.GetType($"KvCompose.{stage}", throwOnError: true)!;
        return [.. type.GetInterfaces().Prepend(type).SelectMany(owner => owner.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(property => property.GetCustomAttribute<StageOptionAttribute>() is not null)];
    }

    private static string Describe(PropertyInfo property)
    {
        StageOptionAttribute option = property.GetCustomAttribute<StageOptionAttribute>()!;
        string range = double.IsFinite(option.Minimum) ? $"{Text(option.Minimum)} – {Text(option.Maximum)}{(option.Odd ? ", odd" : "")}"
            : property.PropertyType == typeof(bool) ? "true, false" : $"`{property.PropertyType.Name}`";
        string value = option.DefaultValue switch
        {
            bool flag => flag ? "true" : "false",
            Enum member => member.ToString(),
            IConvertible number => Text(number.ToDouble(CultureInfo.InvariantCulture)),
            _ => throw new InvalidOperationException($"{property.Name} has a default of another kind"),
        };
        return $"{property.Name} | {value} | {range} | {(option.RunTime ? "yes" : "no")}";
    }

    private static string Text(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]+) \| (?<range>[^|]+) \| (?<run>yes|no) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
