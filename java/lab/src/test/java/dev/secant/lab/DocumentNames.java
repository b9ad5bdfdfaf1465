// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The names that documents write in backticks, and whether the source tree has them:
 *
 * <ul>
 *   <li>a file or folder by its path, {@code path:word} a word in a file;
 *   <li>{@code Name}, {@code Name.member}, {@code Name.Inner.member}: a Java file of that name, and
 *       what its class declares;
 *   <li>{@code key}, {@code key=value}, {@code --key}: an option of a run and a value it accepts.
 * </ul>
 *
 * Everything else in backticks is wrong, so that nothing stays unchecked; commands belong into
 * fenced blocks.
 */
public final class DocumentNames {
  /** A name and the line it stands in. */
  record Name(int line, String text) {}

  /**
   * @param line of the table
   * @param cells trimmed
   */
  record Row(int line, List<String> cells) {}

  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
  private static final StandardJavaFileManager FILES =
      COMPILER.getStandardFileManager(null, null, null);
  private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");
  private static final Pattern OPTION = Pattern.compile("(--)?([a-z][a-z0-9.-]*)(?:=(\\S+))?");
  private static final Pattern JAVA = Pattern.compile("([A-Z]\\w*)((?:\\.\\w+)*)");

  private final Path root;
  private final Map<String, List<Path>> sources = new HashMap<>();
  private final Map<String, Set<String>> declared = new HashMap<>();

  /** Lists the Java files once. */
  public DocumentNames(Path root) {
    this.root = root;
    try {
      for (String folder : List.of("java", "benchmarks")) index(root.resolve(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void index(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a) {
            boolean built = d.endsWith("target");
            return built ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java")) {
              String simple = name.substring(0, name.length() - ".java".length());
              sources.computeIfAbsent(simple, n -> new ArrayList<>()).add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  // ---- documents --------------------------------------------------------------------------------

  /** Everything in backticks, without fenced blocks. */
  static List<Name> in(String markdown) {
    List<Name> names = new ArrayList<>();
    boolean fenced = false;
    int number = 0;
    for (String line : markdown.lines().toList()) {
      number++;
      boolean fence = line.startsWith("```");
      if (fence) fenced = !fenced;
      if (fence || fenced) continue;
      for (Matcher m = QUOTED.matcher(line); m.find(); ) names.add(new Name(number, m.group(1)));
    }
    return names;
  }

  /**
   * The rows of all tables, without heads and rules; a row with an empty first cell belongs to the
   * one above and its cells are added to that one's.
   */
  static List<Row> rows(String markdown) {
    List<Row> rows = new ArrayList<>();
    List<String> lines = markdown.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("|") || lines.get(i).startsWith("|---")) continue;
      if (i + 1 < lines.size() && lines.get(i + 1).startsWith("|---")) continue;
      List<String> cells = new ArrayList<>();
      for (String cell : lines.get(i).substring(1).split("\\|")) cells.add(cell.strip());
      if (cells.get(0).isEmpty() && !rows.isEmpty()) rows.get(rows.size() - 1).cells.addAll(cells);
      else rows.add(new Row(i + 1, cells));
    }
    return rows;
  }

  /** A line for every name that the tree does not have. */
  List<String> wrong(String markdown) {
    return in(markdown).stream()
        .filter(name -> !exists(name.text()))
        .map(name -> "line " + name.line() + ": nothing here is called `" + name.text() + "`")
        .toList();
  }

  // ---- names ------------------------------------------------------------------------------------

  public boolean exists(String name) {
    return isOption(name) || isFile(name) || isJava(name);
  }

  private static boolean isOption(String name) {
    Matcher m = OPTION.matcher(name);
    if (!m.matches()) return false;
    OptionSpec spec = Options.all().get(m.group(2));
    if (spec == null || (m.group(1) != null && !spec.flag())) return false;
    return m.group(3) == null || spec.type().canonical(m.group(3)) != null;
  }

  private boolean isFile(String name) {
    if (name.isBlank() || name.startsWith("/") || name.contains("..")) return false;
    int colon = name.indexOf(':');
    if (colon < 0) return Files.exists(root.resolve(name));
    Path file = root.resolve(name.substring(0, colon));
    if (!Files.isRegularFile(file)) return false;
    String word = Pattern.quote(name.substring(colon + 1));
    return Pattern.compile("(?<![\\w.])" + word + "(?!\\w)").matcher(read(file)).find();
  }

  private boolean isJava(String name) {
    Matcher m = JAVA.matcher(name);
    if (!m.matches() || !sources.containsKey(m.group(1))) return false;
    return m.group(2).isEmpty()
        || declared.computeIfAbsent(m.group(1), this::declarations).contains(name);
  }

  /** What the files of a name declare, each as {@code Name.member}. */
  private Set<String> declarations(String name) {
    Set<String> all = new HashSet<>();
    JavacTask task =
        (JavacTask)
            COMPILER.getTask(
                null,
                FILES,
                null,
                List.of("-proc:none"),
                null,
                FILES.getJavaFileObjectsFromPaths(sources.get(name)));
    try {
      for (CompilationUnitTree unit : task.parse()) {
        for (Tree type : unit.getTypeDecls()) declare("", type, all);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static void declare(String prefix, Tree tree, Set<String> all) {
    if (tree instanceof MethodTree method) all.add(prefix + method.getName());
    if (tree instanceof VariableTree field) all.add(prefix + field.getName());
    if (!(tree instanceof ClassTree type)) return;
    String name = prefix + type.getSimpleName();
    all.add(name);
    for (Tree member : type.getMembers()) declare(name + ".", member, all);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
