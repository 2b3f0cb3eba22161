using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>A filter: value|name(arguments).</summary>
internal delegate object Filter(TemplateRun run, object value, Arguments arguments);

/// <summary>All filters by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> Known = new(
        [.. TextFilters.All, .. LayoutFilters.All, .. NumberFilters.All, .. SequenceFilters.All, .. SelectionFilters.All],
        StringComparer.Ordinal);

    public static bool Exists(string name) => Known.ContainsKey(name);

    public static object Apply(TemplateRun run, string name, object value, Arguments arguments) =>
        Known.TryGetValue(name, out Filter? filter)
            ? filter(run, value, arguments)
            : throw TemplateFault.Type($"No filter named '{name}'.");
}
