using System.Xml.Linq;
using ArchUnitNET.Loader;

namespace KvCompose.Tests.Architecture;

/// <summary>Arrows between the folders of the library, and between projects, run one way.</summary>
public class RoomTests
{
    private static readonly RoomMap Library = new("src/KvCompose");

    [Fact]
    public void Folders_OfTheLibrary_HaveNoCycle()
    {
        List<(string From, string To, string Example)> arrows = Arrows(typeof(KvSession).Assembly, Library);
        Assert.NotEmpty(arrows);
        Assert.Empty(Cycles(arrows));
    }

    [Fact]
    public void Folders_OfTheLibrary_AreAllKnown()
    {
        string folder = Path.Combine(Repository.Root, "src", "KvCompose");
        string[] folders = [.. Repository.Files("src/KvCompose", "*.cs")
            .Select(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0]).Distinct()];
        Assert.Equal(folders.Order(StringComparer.Ordinal), Library.Rooms.Order(StringComparer.Ordinal));
        Assert.All(
            typeof(KvSession).Assembly.GetTypes().Where(static type => type.Namespace?.StartsWith("KvCompose", StringComparison.Ordinal) == true && !type.Name.StartsWith('<')),
            static type => Assert.True(Library.Of(type.FullName!) is not null, $"{type.FullName} has no folder"));
    }

    [Fact]
    public void Cycle_OfTwoFolders_IsFound()
    {
        List<(string From, string To, string Example)> arrows = Arrows(typeof(KvSession).Assembly, Library);
        arrows.Add(("Cache", "Sessions", "an arrow that no type has"));
        Assert.Contains(Cycles(arrows), static cycle => cycle.Contains("an arrow that no type has", StringComparison.Ordinal));
    }

    [Fact]
    public void Products_ReferToNoTestsAndNoReferences()
        => Assert.All(Repository.Files("src", "*.csproj").Where(static file => Path.GetFileNameWithoutExtension(file) != "KvCompose.Reference"), static project =>
            Assert.DoesNotContain(References(project), static target =>
                target.StartsWith("tests/", StringComparison.Ordinal) || target.Contains("KvCompose.Reference", StringComparison.Ordinal)));

    [Fact]
    public void Compiler_RefersToNoRuntimeAssembly()
        => Assert.All(Repository.Files("generators", "*.csproj").Concat(Repository.Files("analyzers", "*.csproj")), static project =>
            Assert.DoesNotContain(References(project), static target => target.StartsWith("src/", StringComparison.Ordinal)));

    [Fact]
    public void Library_RefersToNoProjectThatUsesIt()
    {
        System.Reflection.AssemblyName[] referenced = typeof(KvSession).Assembly.GetReferencedAssemblies();
        Assert.NotEmpty(referenced);
        Assert.DoesNotContain(referenced, static assembly => assembly.Name!.StartsWith("KvCompose", StringComparison.Ordinal));
    }

    /// <summary>Folders that the types of a folder depend on, as the compiled code has it, with one pair of types for each.</summary>
    private static List<(string From, string To, string Example)> Arrows(System.Reflection.Assembly assembly, RoomMap rooms)
        => [.. from type in new ArchLoader().LoadAssembly(assembly).Build().Types
               from dependency in type.Dependencies
               let origin = rooms.Of(dependency.Origin.FullName)
               let target = rooms.Of(dependency.Target.FullName)
               where origin is not null && target is not null && origin != target
               group $"{dependency.Origin.Name} uses {dependency.Target.Name}" by (origin, target) into arrow
               select (arrow.Key.origin, arrow.Key.target, arrow.First())];

    /// <summary>One line for every cycle that a walk along the arrows meets.</summary>
    private static List<string> Cycles(List<(string From, string To, string Example)> arrows)
    {
        var found = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (string room in arrows.Select(static arrow => arrow.From).Distinct().Order(StringComparer.Ordinal))
        {
            Visit(room);
        }

        return found;

        void Visit(string room)
        {
            int begin = path.IndexOf(room);
            if (begin >= 0)
            {
                string[] cycle = [.. path[begin..], room];
                found.Add(string.Join(" -> ", cycle) + ": " + string.Join("; ", cycle.Zip(cycle.Skip(1), (from, to)
                    => arrows.First(arrow => arrow.From == from && arrow.To == to).Example)));
                return;
            }

            if (!done.Contains(room))
            {
                path.Add(room);
                foreach ((string _, string to, string _) in arrows.Where(arrow => arrow.From == room))
                {
                    Visit(to);
                }

                path.Remove(room);
                done.Add(room);
            }
        }
    }

    private static IEnumerable<string> References(string project)
        => XDocument.Load(project).Descendants().Where(static element => element.Name.LocalName is "ProjectReference")
            .Where(static element => (string?)element.Attribute("ReferenceOutputAssembly") != "false")
            .Select(element => Path.GetRelativePath(
                Repository.Root, Path.Combine(Path.GetDirectoryName(project)!, ((string?)element.Attribute("Include") ?? "").Replace('\\', '/'))).Replace('\\', '/'));
}
