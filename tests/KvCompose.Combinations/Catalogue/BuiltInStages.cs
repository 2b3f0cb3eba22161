using System.Globalization;
using System.Reflection;

namespace KvCompose.Combinations.Catalogue;

/// <summary>
/// Every built-in stage in every form that emits other code, found by reflection: the attributes that fill a slot, and of their options
/// those whose role decides what is emitted. A stage that is added to the library takes part by that alone.
/// </summary>
internal static class BuiltInStages
{
    private static readonly Dictionary<string, StageSlot> SlotOfAttribute
        = Enum.GetValues<StageSlot>().ToDictionary(static slot => $"KvCompose.{slot}Attribute`1");

    /// <summary>The ways to fill a slot, in the order of their names.</summary>
    public static IReadOnlyDictionary<StageSlot, StageChoice[]> All { get; } = Find()
        .GroupBy(static choice => choice.Slot)
        .ToDictionary(static slot => slot.Key, static slot => slot.Concat(Neighbours([.. slot])).OrderBy(choice => choice.Label, StringComparer.Ordinal).ToArray());

    private static IEnumerable<StageChoice> Find()
    {
        foreach (Type attribute in typeof(StageAttribute).Assembly.GetExportedTypes())
        {
            if (attribute is { IsAbstract: false, ContainsGenericParameters: false } && Declares(attribute) is { } declares)
            {
                foreach (StageChoice choice in Forms(SlotOfAttribute[NameOf(declares)], declares.GetGenericArguments()[0], attribute))
                {
                    yield return choice;
                }
            }
        }
    }

    /// <summary>
    /// Two residencies at once: beside one that serves heads of named roles alone stands one that can be told to serve full heads, of those that open a tier of
    /// the same type the first.
    /// </summary>
    private static IEnumerable<StageChoice> Neighbours(StageChoice[] choices)
        => from first in choices
           where first.Slot == StageSlot.Residency && (first.Serves & (HeadRoles.Compressed | HeadRoles.Full)) == 0
           from second in choices.Where(static choice => choice.Names(OptionRole.Serves) is not null).OrderBy(static choice => choice.Label, StringComparer.Ordinal)
               .DistinctBy(static choice => choice.Tier)
           let told = Told(second, HeadRoles.Full)
           select first with { Beside = told, Label = $"{first.Label} + {told.Label}" };

    private static StageChoice Told(StageChoice choice, HeadRoles serves)
    {
        string option = choice.Names(OptionRole.Serves)!;
        object options = Activator.CreateInstance(choice.Stage)!;
        foreach (PropertyInfo property in choice.Stage.GetProperties().Where(static property => property.Marker() is not null))
        {
            property.SetValue(options, property.Name == option ? serves : property.GetValue(choice.Options));
        }

        return choice with
        {
            Arguments = [.. choice.Arguments, $"{option} = {Literal(serves)}"],
            Options = options,
            Label = $"{choice.Label} ({option} = {serves})",
        };
    }

    // The attribute that fills a slot, of those that an attribute derives from.
    private static Type? Declares(Type attribute)
    {
        Type? type = attribute.BaseType;
        while (type is not null && !SlotOfAttribute.ContainsKey(NameOf(type)))
        {
            type = type.BaseType;
        }

        return type;
    }

    private static string NameOf(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition().FullName! : "";

    /// <summary>One choice for every combination of values of the options that decide what is emitted.</summary>
    private static IEnumerable<StageChoice> Forms(StageSlot slot, Type stage, Type attribute)
    {
        PropertyInfo[] options = [.. stage.GetProperties().Where(static property => property.Marker() is not null)];
        IEnumerable<(PropertyInfo Option, object Value)[]> forms = [[]];
        foreach (PropertyInfo option in options.OrderBy(static option => option.Marker()!.Role))
        {
            object[] values = EmittedForms.Of(option.Marker()!.Role, option.Marker()!.DefaultValue);
            forms = [.. forms.SelectMany(form => (EmittedForms.Matters(form, option) ? values : values[..1]).Select(value => form.Append((option, value)).ToArray()))];
        }

        foreach ((PropertyInfo Option, object Value)[] form in forms)
        {
            object value = Activator.CreateInstance(stage)!;
            var arguments = new List<string>();
            var label = stage.Name;
            foreach ((PropertyInfo option, object chosen) in form)
            {
                StageOptionAttribute marker = option.Marker()!;
                object set = EmittedForms.Decides(marker.Role) ? chosen : SmallModelOptions.Of(slot, option.Name, marker);
                option.SetValue(value, Convert(set, option.PropertyType));
                if (!Equals(set, marker.DefaultValue))
                {
                    arguments.Add($"{option.Name} = {Literal(set)}");
                    label += EmittedForms.Decides(marker.Role) ? $" ({option.Name} = {Word(set)})" : "";
                }
            }

            if (attribute.GetProperty("Profile") is not null && SmallModelOptions.ProfileOf(stage) is { } file)
            {
                arguments.Add($"Profile = \"{file}\"");
            }

            if (attribute.GetProperty("Filters") is not null)
            {
                arguments.Add($"Filters = new[] {{ {string.Join(", ", SmallModelOptions.Filters)} }}");
            }

            yield return new StageChoice(slot, stage, attribute, arguments, value, label);
        }
    }

    private static object Convert(object value, Type type)
        => type.IsEnum ? Enum.ToObject(type, value) : System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture);

    private static string Word(object value) => value is bool flag ? (flag ? "true" : "false") : value.ToString()!;

    private static string Literal(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum member => $"global::{member.GetType().FullName}.{member}",
        float single => single.ToString("R", CultureInfo.InvariantCulture) + "f",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"no literal for {value}"),
    };
}
