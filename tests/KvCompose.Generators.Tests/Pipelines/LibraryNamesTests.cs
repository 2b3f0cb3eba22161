using System.Reflection;
using KvCompose.Shared;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>What the compiler side knows of the library by name is what the library has.</summary>
public class LibraryNamesTests
{
    private static readonly Assembly Library = typeof(KvPipelineAttribute).Assembly;

    [Fact]
    public void Attributes_KnownByName_AreThoseOfTheLibrary()
    {
        Assert.Equal(WellKnownNames.PipelineAttribute, typeof(KvPipelineAttribute).FullName);
        Assert.Equal(nameof(KvPipelineAttribute), WellKnownNames.PipelineAttributeName);
        Assert.Equal(WellKnownNames.Namespace, typeof(KvPipelineAttribute).Namespace);
        Assert.Equal(nameof(StageAttribute), WellKnownNames.StageAttribute);
        Assert.Equal(nameof(StageOptionAttribute), WellKnownNames.StageOptionAttribute);
    }

    [Fact]
    public void Slots_ByName_HaveAnAttributeAndAContract()
    {
        // The enum exists on both sides; this is the library's.
        var slots = Library.GetType($"{WellKnownNames.Namespace}.StageSlot")!;
        foreach (var slot in Enum.GetNames(slots))
        {
            var attribute = Library.GetType($"{WellKnownNames.Namespace}.{NameOf(nameof(WellKnownNames.AttributeOf), slot)}`1");
            Assert.True(attribute?.IsSubclassOf(typeof(StageAttribute)), slot);
            Assert.True(Library.GetType($"{WellKnownNames.Namespace}.{NameOf(nameof(WellKnownNames.ContractOf), slot)}`1")?.IsInterface, slot);
            Type? facts = Library.GetType($"{WellKnownNames.Namespace}.{NameOf(nameof(WellKnownNames.FactsOf), slot)}Attribute");
            Assert.True(facts is { IsSealed: true } && facts.IsSubclassOf(typeof(StageFactsAttribute)), slot);
        }
    }

    [Fact]
    public void Facts_OfTheSpec_AreTheProperties()
    {
        var spec = typeof(WellKnownNames).Assembly.GetType("KvCompose.Shared.Specs.StageFacts")!;
        Assert.Equal(
            Library.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(StageFactsAttribute))).SelectMany(Properties)
                .Select(fact => fact.Name).Distinct().Order(),
            Properties(spec).Select(fact => fact.Name).Order());
    }

    [Fact]
    public void BuiltInStages_EachAttribute_OffersTheOptionsOfItsStage()
    {
        var attributes = Library.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(StageAttribute)) && !type.IsGenericType).ToList();
        Assert.NotEmpty(attributes);
        foreach (var attribute in attributes)
        {
            var stage = attribute.BaseType!.GenericTypeArguments.Single();
            Assert.Equal(stage.Name + "Attribute", attribute.Name);
            bool readsFile = stage.GetCustomAttribute<StageFactsAttribute>() is { } facts && facts.Profile != default;
            Assert.Equal(readsFile, attribute.GetProperty(WellKnownNames.Profile)?.PropertyType == typeof(string));
            Assert.Equal(
                Properties(stage).Where(IsOption).Select(option => (option.Name, option.PropertyType)).OrderBy(option => option.Name, StringComparer.Ordinal),
                attribute.GetProperties().Where(option => option.CanWrite && !StatesProfile(option))
                    .Select(option => (option.Name, option.PropertyType)).OrderBy(option => option.Name, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void BuiltInStages_All_HaveFactsAndAnAttribute()
    {
        var stages = Library.GetExportedTypes().Where(type => type.IsDefined(typeof(StageFactsAttribute))).ToList();
        Assert.NotEmpty(stages);
        Assert.All(stages, stage => Assert.NotNull(Library.GetType(stage.FullName + "Attribute")));
    }

    private static string NameOf(string method, string slot)
    {
        var function = typeof(WellKnownNames).GetMethod(method)!;
        return (string)function.Invoke(null, [Enum.Parse(function.GetParameters().Single().ParameterType, slot)])!;
    }

    private static PropertyInfo[] Properties(Type type)
        => type.GetProperties(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(property => property.GetMethod is { IsStatic: false }).ToArray();

    // By the name of a file, or in place of one.
    private static bool StatesProfile(PropertyInfo property) => property.Name is WellKnownNames.Profile or WellKnownNames.Filters;

    // An interface may state options that several stages have.
    private static bool IsOption(PropertyInfo property)
        => property.IsDefined(typeof(StageOptionAttribute))
            || property.DeclaringType!.GetInterfaces().Any(contract => contract.GetProperty(property.Name)?.IsDefined(typeof(StageOptionAttribute)) == true);
}
